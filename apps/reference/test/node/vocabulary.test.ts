import { PURPOSES } from '@wardseal/link-signing';
import { nhs } from '@wardseal/policy/packs/nhs';
import { expect, test } from 'vitest';

// The packages import none of each other, so words that travel between them are written twice: here they are held together.
test('a grant may name exactly the purposes that the policy decides on', () => {
  expect(nhs().attributes['context.purpose']?.values).toEqual([...PURPOSES]);
});
