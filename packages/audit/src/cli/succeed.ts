import { type Command, command, readText, UsageError } from '@wardseal/primitives/cli';
import { succeed as succeedLog } from '../succeed.js';
import { verifyCheckpoint } from '../verify-checkpoint.js';
import { ACTOR, actorIn } from './actor.js';
import { checkpointFacts } from './checkpoint-facts.js';
import { OWN_LOG, ownLogOf, withOwnLog } from './own-log.js';
import { neededTrust, TRUST } from './trust.js';

const succeed: Command = command({
  usage: 'succeed --log NEW --secrets FOLDER --signer NEW.skey --old-key KEY --reason TEXT --actor FILE CHECKPOINT',
  about: `Begins a new log where another ended: its first entry holds the other's last checkpoint, which is a file. For a new year, and
after a log was rolled back to an old backup: then give the last checkpoint that a witness cosigned, so that everybody sees what was
lost. Make the new key with keygen first: a name is used once.`,
  examples: [
    [
      'succeed --log 2027 --secrets keys --signer 2027.skey --policy policy --old-key 2026.vkey --reason "new year" --actor me.json 2026/checkpoint',
      'at the turn of the year',
    ],
  ],
  options: {
    ...OWN_LOG,
    'old-key': { ...TRUST.key, short: 'k', help: "the other log's public key, or a file that holds it" },
    'old-policy': { ...TRUST.policy, help: "the other log's witnesses, which must have signed its checkpoint" },
    reason: { kind: 'text', value: 'TEXT', help: 'why; it stands in the first entry' },
    ...ACTOR,
  },
  operands: [1, 1],
  named: 'checkpoint',
  payload: false,
  async run(values, [path]) {
    const { reason } = values;
    if (reason === undefined || values['old-key'] === undefined)
      throw new UsageError('--reason and --old-key are needed');
    const actor = await actorIn(values.actor);
    const old = { key: values['old-key'], policy: values['old-policy'], 'pq-key': undefined, 'max-age': undefined };
    const { policy } = await neededTrust(old);
    const checkpoint = await readText(path!, 'the checkpoint');
    const log = await succeedLog({ log: await ownLogOf(values), predecessor: { checkpoint, policy }, reason, actor });
    return withOwnLog(log, async () => {
      const head = checkpointFacts(await verifyCheckpoint(checkpoint, policy));
      return {
        facts: { origin: log.origin, follows: head },
        words: [`${log.origin} follows ${head.origin}, which had ${head.size} entries`],
      };
    });
  },
});

export const verbs: Readonly<Record<string, Command>> = { '': succeed };
