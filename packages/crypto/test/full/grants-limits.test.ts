import { expect, it } from 'vitest';
import {
  addRecipients,
  type ChangeOptions,
  limits,
  recipientThumbprint,
  rewrapWithout,
  seal,
} from '../../src/index.js';
import { content, NOW, person, world } from '../world.js';

it('a header never grows beyond what anybody reads', async () => {
  const w = await world('pq');
  const comers = await Promise.all(Array.from({ length: 22 }, (_, i) => person(`comer-${i}`)));
  const recipients = comers.map(({ entry }) => entry.recipient);
  const o: ChangeOptions = {
    actor: { identities: [w.alice.identity], sender: { keys: w.alice.keys, entry: w.alice.entry } },
    directory: 'unverified',
    reason: 'to and fro',
    resolveSender: w.directory.resolveSender,
    authorizeGrant: () => true,
    now: NOW,
  };
  let { header } = await seal(content(1), w.sealing);
  let error: unknown;
  // what was taken out stays inside the grants: about 90 kB each time
  for (let i = 0; i < 60 && error === undefined; i++) {
    try {
      ({ header } = await addRecipients(header, recipients, o));
      ({ header } = await rewrapWithout(header, recipients.map(recipientThumbprint), o));
    } catch (reason) {
      error = reason;
    }
  }
  expect(error).toMatchObject({ code: 'LIMIT', what: 'MAX_HEADER_BYTES' });
  expect(header.length).toBeGreaterThan(limits.MAX_HEADER_BYTES - 150_000);
});
