import { attributesOf } from '../condition.js';
import type { Invariant, PolicyDocument } from '../document.js';
import { lacking } from '../enforced.js';
import type { Configuration } from './configuration.js';
import { inDays } from './moments.js';
import type { PaperSection, Statement } from './paper.js';
import {
  actionsInWords,
  dutiesInWords,
  enforcedPermits,
  enforcedRules,
  parametersRead,
  rulesNamed,
} from './rule-facts.js';

/** The measures against the risks: Article 35(7)(d). */
export function measuresSection(configuration: Configuration): PaperSection {
  const { document, decided } = configuration;
  const read = parametersRead(document);
  return {
    heading: 'Measures',
    clause: '35(7)(d)',
    statements: [
      ...evidence(document),
      ...acknowledgement(configuration),
      ...decided.flatMap(({ id, version, risks }) =>
        risks.flatMap(({ title, mitigations }) =>
          mitigations.map((text) => ({
            text: `Against “${title}”: ${text}`,
            source: `assessment ${id} version ${version}`,
          })),
        ),
      ),
      ...(document.invariants.length > 0 && configuration.proofs === null
        ? [{ text: 'Whether the promises below are proved was not given to this paper.', source: 'proofs: not given' }]
        : []),
    ],
    tables: [
      {
        title: 'What nobody may do',
        columns: ['What', 'Actions', 'In an emergency', 'Why', 'Source'],
        rows: enforcedRules(document).flatMap((rule) =>
          rule.effect === 'permit'
            ? []
            : [
                [
                  rule.title,
                  actionsInWords(rule.actions),
                  rule.strength === 'absolute' ? 'holds' : 'gives way to breaking the glass, where that is possible',
                  rule.rationale,
                  `rule ${rule.id}`,
                ],
              ],
        ),
      },
      {
        title: 'Duties that go with what is allowed',
        columns: ['Duties', 'Source'],
        rows: duties(document),
      },
      {
        title: 'Numbers set by the trust',
        columns: ['What', 'Value', 'Source'],
        rows: read.map((name) => {
          const { title, value } = document.parameters[name]!;
          return [title, String(value), `parameter ${name} = ${value}`];
        }),
      },
      {
        title: 'Promises that no version may break',
        columns: ['Promise', 'Shown', 'Source'],
        rows: document.invariants.map((invariant) => [
          invariant.title,
          shown(invariant, configuration),
          `invariant ${invariant.id}`,
        ]),
      },
    ],
  };
}

/** Evidence that an enforced rule uses: it would not be enforced if the evidence were not configured. */
function evidence(document: PolicyDocument): readonly Statement[] {
  return Object.entries(document.sources).flatMap(([name, { title }]) => {
    const ids = enforcedRules(document)
      .filter(({ requires = [] }) => requires.includes(name))
      .map(({ id }) => id);
    if (ids.length === 0) return [];
    return [{ text: `${title}.`, source: `evidence source ${name}: configured; ${rulesNamed(ids)}` }];
  });
}

function acknowledgement({ document, acknowledgements }: Configuration): readonly Statement[] {
  const ids = enforcedRules(document)
    .filter(({ effect, when }) => effect === 'forbid' && attributesOf(when).has('subject.acknowledgedVersion'))
    .map(({ id }) => id);
  const rule: Statement[] =
    ids.length === 0
      ? []
      : [{ text: 'Staff acknowledge the policy before they use the system.', source: rulesNamed(ids) }];
  const days = document.parameters['acknowledgeGraceDays']?.value;
  if (ids.length > 0 && days !== undefined)
    rule.push({
      text: `Whoever acknowledged the version before has ${inDays(days)} for a new one.`,
      source: `parameter acknowledgeGraceDays = ${days}`,
    });
  const { policy, version, rate, acknowledged, people, at } = acknowledgements ?? { rate: null };
  if (rate === null || version === null || policy !== document.id || version !== document.version) return rule;
  return [
    ...rule,
    {
      text: `${acknowledged} of ${people} people have acknowledged version ${version} (${Math.floor(rate * 100)}%).`,
      source: `acknowledgement report of ${at}`,
    },
  ];
}

function duties(document: PolicyDocument): readonly (readonly string[])[] {
  const byWords = new Map<string, string[]>();
  for (const { id, obligations = [] } of enforcedPermits(document)) {
    if (obligations.length === 0) continue;
    const words = dutiesInWords(obligations, document);
    byWords.set(words, [...(byWords.get(words) ?? []), id]);
  }
  return [...byWords].map(([words, ids]) => [words, rulesNamed(ids)]);
}

function shown(invariant: Invariant, { document, proofs }: Configuration): string {
  if (lacking(document, invariant).length > 0) return 'not promised: its evidence is not configured';
  const verdict = proofs?.find(({ invariant: id }) => id === invariant.id)?.verdict;
  if (verdict === 'proved') return 'proved for every request';
  return verdict === 'broken' ? 'BROKEN' : 'not shown';
}
