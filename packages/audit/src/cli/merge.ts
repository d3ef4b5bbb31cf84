import { type Command, command, UsageError } from '@wardseal/primitives/cli';
import { mergeEmergency } from '../merge-emergency.js';
import { openLog } from '../open-log.js';
import { fileKeyStore } from '../store/file-key-store.js';
import { ACTOR, actorIn } from './actor.js';
import { checkpointFacts } from './checkpoint-facts.js';
import { openFiles } from './log-files.js';
import { OWN_LOG, ownLogOf, withOwnLog } from './own-log.js';
import { neededTrust, TRUST } from './trust.js';

const merge: Command = command({
  usage:
    'merge --log FOLDER --secrets FOLDER --signer FILE --journal-key KEY --journal-secrets FOLDER --actor FILE JOURNAL',
  about: `Brings an emergency journal into the log: what was opened by break-glass while the log was down. The journal is checked whole
first. It may be stopped and run again: nothing comes twice.`,
  options: {
    ...OWN_LOG,
    'journal-key': { ...TRUST.key, short: 'k', help: "the emergency journal's public key, or a file that holds it" },
    'journal-secrets': { kind: 'text', value: 'FOLDER', help: 'its secrets' },
    ...ACTOR,
  },
  operands: [1, 1],
  named: 'journal',
  payload: false,
  async run(values, [where]) {
    const secrets = values['journal-secrets'];
    if (secrets === undefined) throw new UsageError('--journal-secrets is missing');
    const actor = await actorIn(values.actor);
    const { reader } = await openFiles(where);
    const key = values['journal-key'];
    const { policy } = await neededTrust({ key, policy: undefined, 'pq-key': undefined, 'max-age': undefined });
    const log = await openLog(await ownLogOf(values));
    return withOwnLog(log, async () => {
      const journal = { reader, keys: fileKeyStore(secrets), policy };
      const merged = await mergeEmergency({ log, journal, actor });
      const { added, index } = merged;
      return {
        facts: { journal: checkpointFacts(merged.journal), added, index },
        words: [
          `${added} entries of ${merged.journal.origin} added${index === null ? '' : `; entry ${index} says so`}`,
        ],
      };
    });
  },
});

export const verbs: Readonly<Record<string, Command>> = { '': merge };
