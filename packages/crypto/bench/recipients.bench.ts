// Letting people into a 5 MB file that is sealed to 20 post-quantum recipients. Ours writes the header anew: it opens and
// proves it, wraps the key, signs a grant. typage has no such thing: everything is decrypted and encrypted again.
import { randomBytes } from 'node:crypto';
import { addRecipients, generateIdentity, rotate, seal } from '@wardseal/crypto';
import { compare } from '@wardseal/testkit/node';
import { Decrypter, Encrypter } from 'age-encryption';
import { optionsOf, person } from './person.js';

const data = new Uint8Array(randomBytes(5_000_000));
const people = await Promise.all(Array.from({ length: 20 }, () => generateIdentity()));
const newcomers = await Promise.all(Array.from({ length: 10 }, () => generateIdentity()));
const recipients = people.map(({ recipient }) => recipient);
const granter = await person();
const { sender, directory } = optionsOf(granter).sealing;
const sealing = { ...optionsOf(granter).sealing, recipients };
const sealed = await seal(data, sealing);
const acting = (place: number) => ({
  actor: { identities: [people[place]!.identity], sender },
  directory,
  reason: 'on call',
  resolveSender: () => granter.entry,
  authorizeGrant: () => true,
});

const encrypter = new Encrypter();
for (const recipient of recipients) encrypter.addRecipient(recipient);
const theirs = await encrypter.encrypt(data);
const onward = new Encrypter();
for (const recipient of [...recipients, newcomers[0]!.recipient]) onward.addRecipient(recipient);
const decrypter = new Decrypter();
decrypter.addIdentity(people[0]!.identity);
const again = async () => onward.encrypt(await decrypter.decrypt(theirs));

const one = [newcomers[0]!.recipient];
await compare(
  'one recipient more in a post-quantum file of 20, 5 MB',
  {
    'ours, by the first of the 20': () => addRecipients(sealed.header, one, acting(0)),
    'ours, by the last of the 20': () => addRecipients(sealed.header, one, acting(19)),
    typage: again,
  },
  {
    unit: 'recipient',
    baseline: 'typage',
    out: 'add-recipient',
    notes: 'ours proves the header first and signs a grant',
  },
);

const ten = newcomers.map(({ recipient }) => recipient);
await compare(
  'ten recipients more at once, each',
  {
    'ours, by the first of the 20': () => addRecipients(sealed.header, ten, acting(0)),
    'ours, by the last of the 20': () => addRecipients(sealed.header, ten, acting(19)),
  },
  { unit: 'recipient', perCall: 10, baseline: 'ours, by the last of the 20', out: 'add-ten-recipients' },
);

await compare(
  'rotate a 5 MB file to 20 post-quantum recipients',
  {
    'ours, rotate': () => rotate(sealed.bytes, { ...acting(0), recipients }),
    'ours, seal': () => seal(data, sealing),
    'typage, decrypt and encrypt': again,
  },
  { unit: 'MB', perCall: 5, baseline: 'typage, decrypt and encrypt', out: 'rotate' },
);
