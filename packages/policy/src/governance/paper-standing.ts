import { word } from '../plain-english/names.js';
import { type Configuration, policySource } from './configuration.js';
import { dateInWords, recorded } from './moments.js';
import type { PaperSection, Statement } from './paper.js';
import { everInForce, inForceAt } from './required-version.js';

/** Which policy this paper describes, and whether it is the one in force. */
export function standingSection(configuration: Configuration): PaperSection {
  const { document, digest } = configuration;
  const source = policySource(configuration);
  const owner =
    document.owner === undefined ? [] : [{ text: `It is owned by the ${word(document.owner.role)}.`, source }];
  const review =
    document.reviewBy === undefined
      ? { text: 'No date for its review is set.', source }
      : { text: reviewWords(document.reviewBy, configuration.now), source };
  return {
    heading: 'The policy that is described',
    statements: [
      { text: `“${document.title}”, version ${document.version}, digest ${digest}.`, source },
      ...inRegister(configuration),
      ...owner,
      review,
    ],
    tables: [],
  };
}

function reviewWords(reviewBy: string, now: number): string {
  const overdue = now >= recorded(reviewBy);
  return `Its review ${overdue ? 'was due' : 'is due'} by ${dateInWords(reviewBy)}${overdue ? ' and is overdue' : ''}.`;
}

function inRegister({ register, document, digest, now }: Configuration): readonly Statement[] {
  if (register === null)
    return [{ text: 'Whether this version is in force was not given to this paper.', source: 'register: not given' }];
  const source = `register ${register.id}`;
  const current = inForceAt(everInForce(register, now), now)?.entry;
  if (current === undefined) return [{ text: 'No version is in force: everything is refused.', source }];
  if (current.digest !== digest)
    return [
      {
        text: `This is NOT the version in force: that is version ${current.version}, digest ${current.digest}.`,
        source: `${source} version ${current.version}`,
      },
    ];
  const by = current.approvals.map((approval) => `${approval.by} (${word(approval.role)})`).join(' and ');
  const since = dateInWords(current.activated!.at);
  return [
    {
      text: `It has been in force since ${since}, proposed by ${current.proposed.by}, approved by ${by}.`,
      source: `${source} version ${document.version}`,
    },
  ];
}
