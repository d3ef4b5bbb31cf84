import type { PolicyDocument } from '../document.js';
import { lengthOfTime, nameOfFact, word } from '../plain-english/names.js';
import type { Kept } from './recipients.js';
import type { RemedyKind } from './remedy.js';

const KINDS: Readonly<Record<string, RemedyKind>> = {
  'subject.assurance': 'step-up',
  'subject.authenticatedAt': 'sign-in-again',
  'subject.unlockedAt': 'unlock',
  'subject.acknowledgedVersion': 'acknowledge',
  'context.device': 'device',
  'context.network': 'network',
  'context.place': 'place',
  'context.country': 'country',
  'action.lifetimeSeconds': 'lifetime',
  'action.maxViews': 'views',
  'context.recipients': 'recipients',
};

/** What kind of act changes a fact. */
export function kindOf(attribute: string): RemedyKind {
  const whole = Object.keys(KINDS).find((known) => attribute === known || attribute.startsWith(`${known}.`));
  return whole === undefined ? 'other' : KINDS[whole]!;
}

/** What a level takes, as in NIST SP 800-63B and NHS CIS2. */
const LEVELS: Readonly<Record<string, string>> = {
  2: ', with two factors',
  3: ', with a smartcard or security key',
};

/** A step in the clinician's words. */
export function stepInWords(
  attribute: string,
  to: unknown,
  from: unknown,
  { attributes }: Pick<PolicyDocument, 'attributes'>,
): string {
  // What is asked for can always be asked for more narrowly; only what was too little is to be more.
  const bound = typeof from === 'number' && from < (to as number) ? 'at least' : 'at most';
  switch (kindOf(attribute)) {
    case 'step-up':
      return `Sign in at level ${String(to)}${LEVELS[String(to)] ?? ''}`;
    case 'sign-in-again':
      return 'Sign in again';
    case 'unlock':
      return 'Unlock your keys';
    case 'acknowledge':
      return 'Read and acknowledge the policy';
    case 'device':
      return `Use a ${word(to)} device`;
    case 'network':
      return NETWORKS[String(to)] ?? 'Use a network of the organisation';
    case 'place':
      return attribute.endsWith('ageSeconds')
        ? 'Let the app find where you are again'
        : `Let the app show where you are: ${place(to)}`;
    case 'country':
      return `Do it from ${word(to)}`;
    case 'lifetime':
      return `Ask for a lifetime of ${bound} ${lengthOfTime(to as number)}`;
    case 'views':
      return `Ask for ${bound} ${String(to)} ${to === 1 ? 'view' : 'views'}`;
    case 'recipients':
      return leaveOut(to as Kept, from);
    default:
      return other(attribute, to, attributes[attribute]?.type);
  }
}

const NETWORKS: Readonly<Record<string, string>> = {
  organisation: 'Use your organisation’s network',
  hscn: 'Use the health and social care network (HSCN)',
  internet: 'Use the internet instead of the organisation’s network',
};

function place(to: unknown): string {
  if (typeof to === 'string') return word(to);
  return Object.entries(to as object)
    .map(([fence, side]) => `${String(side)} ${word(fence)}`)
    .join(', ');
}

/** By position, so that nothing known of a person is repeated. */
function leaveOut({ keep }: Kept, from: unknown): string {
  const out = Array.from((from as readonly unknown[]).keys()).filter((i) => !keep.includes(i));
  const numbers = out.map((i) => i + 1);
  return `Leave out ${out.length === 1 ? 'recipient' : 'recipients'} ${numbers.join(', ')} of ${(from as readonly unknown[]).length}`;
}

function other(attribute: string, to: unknown, type: string | undefined): string {
  if (type === 'time') return `Renew the ${nameOfFact(attribute)}`;
  return `Change the ${nameOfFact(attribute)} to ${[to].flat().map(word).join(', ')}`;
}
