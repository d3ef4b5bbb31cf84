import { word } from '../plain-english/names.js';
import { type Configuration, configurationOf, type PaperInput } from './configuration.js';
import { toText } from './moments.js';
import type { Paper, PaperSection, Statement } from './paper.js';
import { lawfulBasis, minimising, retention } from './paper-necessity.js';
import { kindsOfItems, processors, purposes } from './paper-processing.js';
import { standingSection } from './paper-standing.js';
import { missingIn, type ProcessingForm } from './processing-form.js';
import { enforcedPermits, enforcedRules, permitsBy, rulesNamed } from './rule-facts.js';

const ASKED: readonly (keyof ProcessingForm)[] = [
  'controller',
  'dpo',
  'dataSubjects',
  'dataCategories',
  'processors',
  'transfers',
  'retention',
];

/** Duties that end the life of a copy. */
const LIMITING = ['delete-after-filing', 'max-lifetime'];

/** Actions by which an item reaches somebody of another organisation. */
const OUTWARD = ['share-outside', 'link-create', 'link-open'];

/**
 * The row of the record of processing activities (UK GDPR Article 30(1)(a) to (g)), made from what is running. As with `dpia`
 * each statement has its source and what only people know is listed as missing.
 *
 * @returns plain JSON: one section a clause; `pageOf` makes headings and paragraphs of it.
 * @throws PolicyError, RangeError as `dpia`.
 * @example
 * ```ts
 * article30({ pack, form, now: Date.now() }).sections.map(({ clause }) => clause); // ['30(1)(a)', ... '30(1)(g)']
 * ```
 */
export function article30(input: PaperInput): Paper<'article-30/0'> {
  const configuration = configurationOf(input);
  const { document, digest, now, form } = configuration;
  const section = (letter: string, heading: string, statements: readonly Statement[]): PaperSection => ({
    heading,
    clause: `30(1)(${letter})`,
    statements,
    tables: [],
  });
  return {
    format: 'article-30/0',
    title: `Record of processing: ${document.title}`,
    at: toText(now),
    policy: { id: document.id, version: document.version, digest },
    sections: [
      section('a', 'Who is responsible', [
        ...responsible(form),
        ...standingSection(configuration).statements.slice(0, 2),
      ]),
      section('b', 'Purposes', [...purposes(configuration), ...lawfulBasis(configuration)]),
      section('c', 'Whose data, and which', [
        ...(form.dataSubjects ?? []).map((text) => ({ text: `${text}.`, source: 'form: dataSubjects' })),
        ...(form.dataCategories ?? []).map((text) => ({ text: `${text}.`, source: 'form: dataCategories' })),
        ...kindsOfItems(configuration),
      ]),
      section('d', 'Recipients', [...recipients(configuration), ...processors(configuration)]),
      section('e', 'Transfers abroad', transfers(form)),
      section('f', 'Time limits', [...minimising(configuration, LIMITING), ...retention(configuration)]),
      section('g', 'Security measures', security(configuration)),
    ],
    missing: missingIn(form, ASKED),
  };
}

function responsible({ controller, jointControllers = [], representative, dpo }: ProcessingForm): readonly Statement[] {
  const said: readonly (readonly [string, string, ProcessingForm['dpo']])[] = [
    ['Controller', 'controller', controller],
    ...jointControllers.map((each) => ['Joint controller', 'jointControllers', each] as const),
    ['Representative', 'representative', representative],
    ['Data protection officer', 'dpo', dpo],
  ];
  return said.flatMap(([title, field, who]) =>
    who === undefined ? [] : [{ text: `${title}: ${who.name}, ${who.contact}.`, source: `form: ${field}` }],
  );
}

function recipients({ document }: Configuration): readonly Statement[] {
  const { values, unlimited } = permitsBy(document, 'subject.role');
  const outward = enforcedPermits(document).filter(
    ({ basis, actions }) => basis === 'referral' || actions.some((action) => OUTWARD.includes(action)),
  );
  return [
    ...[...values].map(([role, ids]) => ({ text: `Staff: ${word(role)}.`, source: rulesNamed(ids) })),
    ...(unlimited.length === 0
      ? []
      : [{ text: 'Some rules allow an action without asking for a role by name.', source: rulesNamed(unlimited) }]),
    ...outward.map(({ id, title }) => ({ text: `Beyond the organisation: ${title}.`, source: `rule ${id}` })),
  ];
}

function transfers({ transfers: all }: ProcessingForm): readonly Statement[] {
  if (all?.length === 0) return [{ text: 'Nothing is transferred abroad.', source: 'form: transfers' }];
  return (all ?? []).map(({ country, recipient, safeguard }) => ({
    text: `To ${recipient} in ${country}, under ${safeguard}.`,
    source: 'form: transfers',
  }));
}

function security({ document }: Configuration): readonly Statement[] {
  return enforcedRules(document)
    .filter(({ effect }) => effect === 'forbid')
    .map(({ id, title }) => ({ text: `Prohibition: ${title}.`, source: `rule ${id}` }));
}
