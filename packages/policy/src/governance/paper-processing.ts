import { conditionInWords } from '../plain-english/condition.js';
import { word } from '../plain-english/names.js';
import { assessmentSource, type Configuration, policySource } from './configuration.js';
import type { PaperSection, Statement } from './paper.js';
import { actionsInWords, dutiesInWords, enforcedPermits, permitsBy, rulesNamed } from './rule-facts.js';

/** A systematic description of the processing and its purposes: Article 35(7)(a). */
export function processingSection(configuration: Configuration): PaperSection {
  const { document, decided, form } = configuration;
  const permits = enforcedPermits(document);
  return {
    heading: 'Description of the processing and its purposes',
    clause: '35(7)(a)',
    statements: [
      ...purposes(configuration),
      ...kindsOfItems(configuration),
      ...breakGlass(configuration),
      ...(form.dataSubjects ?? []).map((text) => ({
        text: `People concerned: ${text}.`,
        source: 'form: dataSubjects',
      })),
      ...(form.dataCategories ?? []).map((text) => ({
        text: `Kind of data: ${text}.`,
        source: 'form: dataCategories',
      })),
      ...processors(configuration),
    ],
    tables: [
      {
        title: 'What is allowed, when, and with which duties',
        columns: ['What', 'Actions', 'When', 'Duties', 'Source'],
        rows: permits.map(({ id, title, actions, when, obligations }) => [
          title,
          actionsInWords(actions),
          conditionInWords(when, document),
          dutiesInWords(obligations, document),
          `rule ${id}`,
        ]),
      },
      {
        title: 'Data flows, as assessed',
        columns: ['Channel', 'From', 'To', 'Data', 'How', 'Where', 'Source'],
        rows: decided.flatMap((assessment) =>
          assessment.dataFlows.map(({ from, to, data, means, country }) => [
            assessment.channel.title,
            from,
            to,
            data.join(', '),
            means,
            country ?? 'not said to leave the country',
            assessmentSource(assessment),
          ]),
        ),
      },
    ],
  };
}

/** The purposes that the rules ask for by name. */
export function purposes({ document }: Configuration): readonly Statement[] {
  const { values, unlimited } = permitsBy(document, 'context.purpose');
  return [
    ...[...values].map(([value, ids]) => ({ text: `Purpose: ${word(value)}.`, source: rulesNamed(ids) })),
    ...(unlimited.length === 0
      ? []
      : [
          { text: 'Some rules allow an action without asking for one purpose by name.', source: rulesNamed(unlimited) },
        ]),
  ];
}

/** What a picture or message may be; the policy declares it, the capture decides it. */
export function kindsOfItems({ document }: Configuration): readonly Statement[] {
  const kinds = document.attributes['resource.kind']?.values;
  if (kinds === undefined) return [];
  return [{ text: `Kinds of item: ${kinds.map(word).join(', ')}.`, source: 'attribute resource.kind' }];
}

export function processors({ form }: Configuration): readonly Statement[] {
  if (form.processors?.length === 0) return [{ text: 'No processor is used.', source: 'form: processors' }];
  return (form.processors ?? []).map(({ name, service, country, contract }) => ({
    text: `Processor: ${name}, ${service}, in ${country}, under ${contract}.`,
    source: 'form: processors',
  }));
}

function breakGlass(configuration: Configuration): readonly Statement[] {
  const { document } = configuration;
  const { breakGlass: glass } = document;
  if (glass === undefined)
    return [{ text: 'There is no emergency route past a prohibition.', source: policySource(configuration) }];
  const when = conditionInWords(glass.when, document);
  return [
    {
      text: `In an emergency (${when}) the glass can be broken to ${actionsInWords(glass.actions)}. Always: ${dutiesInWords(glass.obligations, document)}.`,
      source: 'breakGlass',
    },
  ];
}
