import { expect, it } from 'vitest';
import { openKeyStore } from '../../src/keystore/index.js';
import { codeOf } from '../world.js';

it('a realm without IndexedDB has no key store, and says so', async () => {
  expect(await codeOf(() => openKeyStore('pictures'))).toBe('KEY_STORE_UNAVAILABLE');
});
