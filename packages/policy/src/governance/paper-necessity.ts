import { compileObligations } from '../engine/obligations.js';
import { vocabularyOf } from '../engine/operand.js';
import { dutyInWords } from '../plain-english/duty.js';
import { type Configuration, policySource } from './configuration.js';
import type { PaperSection, Statement } from './paper.js';
import { actionsInWords, enforcedPermits, rulesNamed } from './rule-facts.js';

/** Duties that keep what is processed small or short. */
const MINIMISING = ['delete-after-filing', 'max-lifetime', 'max-views', 'no-download', 'redact'];

/** Necessity and proportionality: Article 35(7)(b). */
export function necessitySection(configuration: Configuration): PaperSection {
  const { document, form } = configuration;
  const permits = enforcedPermits(document);
  const allowed = new Set(permits.flatMap(({ actions }) => actions));
  const never = document.actions.filter((action) => !allowed.has(action));
  const source = policySource(configuration);
  return {
    heading: 'Necessity and proportionality',
    clause: '35(7)(b)',
    statements: [
      ...lawfulBasis(configuration),
      ...prose(form.necessity, 'necessity'),
      ...prose(form.proportionality, 'proportionality'),
      ...prose(form.patientRights, 'patientRights'),
      {
        text: 'What no rule allows is refused, and a fact that is missing never allows anything.',
        source: 'policy/0, Decision',
      },
      ...(never.length === 0 ? [] : [{ text: `No rule allows anybody to ${actionsInWords(never)}.`, source }]),
      ...minimising(configuration),
      ...retention(configuration),
    ],
    tables: [
      {
        title: 'Why each rule allows what it allows',
        columns: ['What', 'Why', 'On what ground', 'Source'],
        rows: permits.map(({ id, title, rationale, source: ground }) => [title, rationale, ground, `rule ${id}`]),
      },
    ],
  };
}

export function lawfulBasis({ form: { lawfulBasis: basis } }: Configuration): readonly Statement[] {
  if (basis === undefined) return [];
  return [
    {
      text: `Lawful basis: ${basis.article6}; for health data: ${basis.article9}. Confirmed by ${basis.confirmedBy}.`,
      source: 'form: lawfulBasis',
    },
  ];
}

const prose = (text: string | undefined, field: string): readonly Statement[] =>
  text === undefined ? [] : [{ text, source: `form: ${field}` }];

/** Duties that limit what is kept, by the rules that carry them. */
export function minimising({ document }: Configuration, types: readonly string[] = MINIMISING): readonly Statement[] {
  const vocabulary = vocabularyOf(document);
  const byWords = new Map<string, string[]>();
  for (const { id, obligations } of enforcedPermits(document))
    for (const duty of compileObligations(obligations, vocabulary)) {
      if (!types.includes(duty.type)) continue;
      const words = dutyInWords(duty);
      byWords.set(words, [...(byWords.get(words) ?? []), id]);
    }
  return [...byWords]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([words, ids]) => ({ text: `${words}.`, source: rulesNamed(ids) }));
}

export function retention({ form }: Configuration): readonly Statement[] {
  return (form.retention ?? []).map(({ what, period, source }) => ({
    text: `Kept: ${what}, ${period} (${source}).`,
    source: 'form: retention',
  }));
}
