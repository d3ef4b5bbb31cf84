import { lacking } from '../enforced.js';
import { assessmentSource, type Configuration } from './configuration.js';
import { dateInWords } from './moments.js';
import type { PaperSection, Statement } from './paper.js';
import { riskScore, type Scale } from './risk.js';

/** The risks to the people concerned: Article 35(7)(c). Also what is not there, told as the risk it is. */
export function risksSection(configuration: Configuration): PaperSection {
  return {
    heading: 'Risks to the people concerned',
    clause: '35(7)(c)',
    statements: [
      ...channels(configuration),
      ...decisions(configuration),
      ...high(configuration),
      ...gaps(configuration),
    ],
    tables: [
      {
        title: 'Risks as assessed (likelihood x severity, each 1 to 5)',
        columns: ['Channel', 'Risk', 'Before', 'What is done', 'After', 'Source'],
        rows: configuration.decided.flatMap((assessment) =>
          assessment.risks.map((risk) => [
            assessment.channel.title,
            risk.title,
            inFigures(risk),
            risk.mitigations.join('; ') || 'nothing',
            inFigures(risk.residual),
            assessmentSource(assessment),
          ]),
        ),
      },
    ],
  };
}

const inFigures = (scale: Scale): string => `${scale.likelihood} x ${scale.severity} = ${riskScore(scale)}`;

const STANDING = {
  approved: 'is approved',
  conditional: 'is approved on conditions',
  unassessed: 'has NOT been assessed',
  rejected: 'was REJECTED',
} as const;

function channels({ channels: all }: Configuration): readonly Statement[] {
  if (all.length === 0)
    return [{ text: 'No channel was given to this paper and none was assessed.', source: 'assessments: none' }];
  return all.map(({ id, standing: { status, overdue, by, conditions } }) => {
    const terms = conditions.map(({ title }) => title).join('; ');
    return {
      text: `The channel ${id} ${STANDING[status]}${overdue ? '; its review is overdue' : ''}${terms === '' ? '' : `: ${terms}`}.`,
      source: by.length === 0 ? 'assessments: none of this channel' : by.map(assessmentSource).join(', '),
    };
  });
}

function decisions({ decided }: Configuration): readonly Statement[] {
  return decided.map((assessment) => {
    const { channel, assessedBy, approvedBy, at, reviewBy } = assessment;
    return {
      text: `“${channel.title}” was assessed by ${assessedBy} and decided on by ${approvedBy} on ${dateInWords(at)}; to be reviewed by ${dateInWords(reviewBy)}.`,
      source: assessmentSource(assessment),
    };
  });
}

/** Risks that stay high after all that is done. */
export function staysHigh({
  decided,
  highRisk,
}: Configuration): readonly { readonly title: string; readonly source: string }[] {
  return decided.flatMap((assessment) =>
    assessment.risks
      .filter(({ residual }) => assessment.decision !== 'reject' && riskScore(residual) >= highRisk)
      .map(({ title }) => ({ title, source: assessmentSource(assessment) })),
  );
}

function high(configuration: Configuration): readonly Statement[] {
  return staysHigh(configuration).map(({ title, source }) => ({
    text: `A risk stays high and the regulator must be consulted before (Article 36): ${title}.`,
    source,
  }));
}

/** Rules that are written and not enforced, because the trust has not configured what they need. */
function gaps({ document }: Configuration): readonly Statement[] {
  return document.rules.flatMap((rule) => {
    const missing = lacking(document, rule);
    if (missing.length === 0) return [];
    return [
      {
        // Without its evidence a prohibition does not hold, and a permission is not given.
        text: `${rule.effect === 'forbid' ? 'Not enforced' : 'Not allowed here'}: ${rule.title}.`,
        source: `rule ${rule.id}; evidence ${missing.length === 1 ? 'source' : 'sources'} ${missing.join(', ')}: not configured`,
      },
    ];
  });
}
