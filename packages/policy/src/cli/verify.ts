import { type Command, command } from '@wardseal/primitives/cli';
import type { Pack } from '../document.js';
import { PolicyError } from '../errors.js';
import { verifyPack } from '../governance/verify-pack.js';
import { EXIT } from './exits.js';
import { PolicyFileError, readPolicy } from './policy-file.js';
import { GUARDIANS, guardiansOf } from './register-file.js';
import { momentOr } from './times.js';

const verify: Command = command({
  usage: 'verify --guardians FILE... [--id ID] [--since POLICY] [--at TIME] [POLICY]',
  about: `Says whether a published policy is what two guardians signed, in force, and not older than the one you had: what a server and a page
do before they go by it. Without --since an older version passes too; without --id the policy of another place of the same guardians does.`,
  examples: [
    [
      'verify -g reid.json -g moss.json --id demo-trust --since last.json policy.signed.json',
      'before it replaces the last',
    ],
  ],
  options: {
    ...GUARDIANS,
    id: { kind: 'text', value: 'ID', help: 'the policy that you go by' },
    since: {
      kind: 'text',
      value: 'POLICY',
      help: 'the one that you had: an older one, or another of its number, is refused',
    },
    at: { kind: 'text', value: 'TIME', help: 'whether its time has come by then; now without it' },
  },
  operands: [0, 1],
  named: 'policy',
  payload: false,
  async run(values, [path]) {
    const now = momentOr(values.at, 'at');
    const approvers = await guardiansOf(values);
    const last = values.since === undefined ? null : await readPolicy(values.since, 'the last policy');
    let pack: Pack;
    try {
      const { document } = await readPolicy(path);
      pack = await verifyPack(document, {
        ...approvers,
        id: values.id ?? document.id,
        notBelow: last === null ? null : { version: last.document.version, digest: last.digest },
        now,
      });
    } catch (error) {
      const refusal = error instanceof PolicyFileError ? error.refusal : error;
      // Who may approve is not the file's fault.
      if (!(refusal instanceof PolicyError) || refusal.code === 'GUARDIANS_INVALID') throw error;
      const { code, path: at } = refusal;
      const { message } = error as Error;
      return {
        facts: { error: { code, message, path: at } },
        words: [`REFUSED     ${code}: ${message}`, 'NOT GENUINE'],
        exit: EXIT.no,
      };
    }
    const { document, digest } = pack;
    const { id, version, approvals = [] } = document;
    const unpinned = [...(values.id === undefined ? ['id'] : []), ...(last === null ? ['since'] : [])];
    return {
      facts: { id, version, digest, approvals, unpinned },
      words: [
        `policy      ${id} version ${version}`,
        `digest      ${digest}`,
        ...approvals.map(({ by, role, at }) => `approved    by ${by}, ${role}, at ${at}`),
        ...(values.id === undefined ? ['id          as the file says: --id names the one that you go by'] : []),
        ...(last === null ? ['since       nothing: an older version would pass too'] : []),
        'GENUINE',
      ],
    };
  },
});

export const verbs: Readonly<Record<string, Command>> = { '': verify };
