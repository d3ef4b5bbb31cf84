import { hex } from '@wardseal/primitives';
import { type Command, command, UsageError, type Values } from '@wardseal/primitives/cli';
import type { Issuer } from '../issuer.js';
import type { RevokeBy } from '../store.js';
import { EXIT } from './exits.js';
import { digest, opaqueId } from './ids.js';
import { FOLDER, withIssuer } from './issuer-folder.js';
import { handleFrom } from './link-input.js';
import { nowSeconds } from './times.js';

const OPTIONS = {
  ...FOLDER,
  id: { kind: 'text', value: 'HEX', help: 'one link, by its id as the audit log has it' },
  object: { kind: 'text', value: 'HEX', help: 'every link to this object' },
  recipient: { kind: 'text', value: 'ID', help: 'every link for this recipient' },
  user: { kind: 'text', value: 'ID', help: 'every link that this member of staff had issued' },
} as const;

/** What to revoke: exactly one option, or a link. */
async function chosen(
  { id, object, recipient, user }: Values<typeof OPTIONS>,
  path: string | undefined,
  issuer: Issuer,
  origins: readonly string[],
): Promise<RevokeBy> {
  const ways: RevokeBy[] = [
    ...(id === undefined ? [] : [{ id: digest(id, 'id') }]),
    ...(object === undefined ? [] : [{ object: digest(object, 'object') }]),
    ...(recipient === undefined ? [] : [{ recipient: opaqueId(recipient, 'recipient') }]),
    ...(user === undefined ? [] : [{ issuerUser: opaqueId(user, 'user') }]),
  ];
  if (ways.length > 1 || (ways.length === 1 && path !== undefined))
    throw new UsageError('give one of --id, --object, --recipient, --user or a link');
  return ways[0] ?? { id: (await issuer.inspect(await handleFrom(path, origins))).id };
}

const revoke: Command = command({
  usage: 'revoke -d FOLDER (--id HEX | --object HEX | --recipient ID | --user ID | [FILE])',
  about: `Takes links back, with all that were delegated from them, and destroys their shares: once it is done nothing more is
released. A link is read from FILE or stdin. It may be repeated; it exits with 1 when no link is found. \`event\` of the answer in JSON is
for the audit log.`,
  examples: [
    ['revoke -d links link.txt', 'the wrong person has it'],
    ['revoke -d links --user 6f1c3f3e-4d2a-4c7a-9f00-000000000001', 'somebody left'],
  ],
  options: OPTIONS,
  operands: [0, 1],
  named: 'link',
  payload: false,
  run: (values, [path]) =>
    withIssuer(values.folder, async (issuer, { origins }) => {
      await issuer.sweep();
      const by = await chosen(values, path, issuer, origins);
      const links = (await issuer.revoke(by)).map(hex);
      const none = links.length === 0;
      return {
        facts: { links, event: { type: 'link.revoke', links, at: nowSeconds() } },
        words: none ? ['NONE FOUND'] : [...links.map((id) => `link        ${id}`), 'REVOKED'],
        exit: none ? EXIT.no : EXIT.good,
      };
    }),
});

export const verbs: Readonly<Record<string, Command>> = { '': revoke };
