import { type DirectoryEntry, recipientThumbprint } from '@wardseal/crypto';
import { type Decision, explain } from '@wardseal/policy';
import type { ReleaseCall, Shift } from '../wire/custodian.js';
import { type ContextFacts, questionOf, type Relationship } from '../wire/question.js';
import type { Custody } from './custody.js';
import type { ProvenItem } from './prove-item.js';
import { Refusal } from './refusal.js';

/**
 * Duties of a release and who carries them out once the stanza is there: the server tells and queues the review, which its
 * log entry shows; the rest binds the view, which is decided anew. Any other duty is one that nobody would carry out.
 */
const DUTIES_ELSEWHERE: readonly string[] = ['notify', 'review', 'watermark', 'no-download', 'max-lifetime', 'justify'];

/** A user-verified passkey, just now. */
const ASSURANCE = 3;

/**
 * Asks this trust's policy whether the person may be given the item, with the custodian's own facts about person, team, duty
 * and time. What the server says of item and person counts where it is worse.
 *
 * @throws Refusal POLICY_REFUSED with the policy's reasons
 */
export function mayBeReleased(
  custody: Custody,
  item: ProvenItem,
  entry: DirectoryEntry,
  call: ReleaseCall & { readonly reason?: string },
): void {
  const { pdp, pack } = custody;
  const now = new Date(custody.now()).toISOString();
  const onDuty = shiftsOf(custody, entry.person);
  const decisions = relationships(custody, item, entry, onDuty, call).map((relationship) => {
    const context: ContextFacts = {
      purpose: call.breakGlass ? 'emergency' : call.purpose,
      relationship,
      policyVersion: pack.document.version,
      device: 'personal',
      channel: custody.trust.channel,
      ...(call.reason !== undefined && { justification: call.reason }),
    };
    return pdp.evaluate(
      questionOf({
        subject: {
          id: entry.person,
          org: entry.organisation,
          role: entry.roles?.[0] ?? 'none',
          status: call.suspended ? 'suspended' : 'active',
          teams: entry.teams ?? [],
          onDutyTeams: onDuty.map(({ team }) => team),
          assurance: ASSURANCE,
          authenticatedAt: now,
          unlockedAt: now,
          acknowledgedVersion: call.acknowledgedVersion,
        },
        action: { name: 'release' },
        resource: { labels: call.labels, state: call.state, sentAt: call.sentAt },
        context,
      }),
    );
  });
  const permitted = decisions.find((decision) => permits(decision, call.breakGlass));
  if (permitted !== undefined) return;
  const { lines, next } = explain(pack, decisions[0] as Decision, 'clinician');
  throw new Refusal(403, 'POLICY_REFUSED', 'The policy does not allow this', { lines, next });
}

/** A permission whose duties somebody carries out; and breaking the glass is never the quiet way in. */
function permits({ decision, context }: Decision, breakGlass: boolean): boolean {
  const known = context.obligations.every(({ type }) => DUTIES_ELSEWHERE.includes(type));
  return decision && known && (context.basis !== 'break-glass' || breakGlass);
}

function shiftsOf({ rota, now }: Custody, person: string): readonly Shift[] {
  const at = now();
  return rota.entries.filter(
    (shift) => shift.person === person && Date.parse(shift.from) <= at && at < Date.parse(shift.until),
  );
}

/** Every way in which the person may be related to the item, by what the custodian itself knows. */
function relationships(
  custody: Custody,
  item: ProvenItem,
  entry: DirectoryEntry,
  onDuty: readonly Shift[],
  { labels, sentAt }: ReleaseCall,
): readonly Relationship[] {
  const duty = onDuty.find(({ team }) => team === labels.team);
  const member = entry.teams?.includes(labels.team) === true;
  const found: Relationship[] = [
    ...(wasSignedFor(custody, item, entry.person) ? [{ kind: 'recipient', from: sentAt, until: 'none' } as const] : []),
    ...(duty === undefined ? [] : [{ kind: 'on-duty', from: duty.from, until: duty.until } as const]),
    ...(member ? [{ kind: 'team', from: 'none', until: 'none' } as const] : []),
  ];
  return found.length > 0 ? found : [{ kind: 'none', from: 'none', until: 'none' }];
}

/** Whether one of the signed lines is a key of this person, of today or of the past. */
function wasSignedFor({ keeper }: Custody, { file }: ProvenItem, person: string): boolean {
  const own = keeper.directory.entries.filter((entry) => entry.person === person);
  const keys = new Set(own.map(({ recipient }) => recipientThumbprint(recipient)));
  return file.manifest.stz.some(({ role, thumbprint }) => role === 'member' && keys.has(thumbprint));
}
