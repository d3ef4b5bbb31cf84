import type { PolicyTest } from '../../document.js';
import { exampleFrom } from './example.js';
import { careExamples } from './examples-care.js';
import { evidenceExamples } from './examples-evidence.js';
import { governanceExamples } from './examples-governance.js';
import { sharingExamples } from './examples-sharing.js';

/** Examples that travel with the policy and must come out as written, whatever a trust configures. */
export function examples(
  country: string,
  deniedKinds: readonly string[],
  configured: readonly string[],
): readonly PolicyTest[] {
  const example = exampleFrom(country);
  return [
    ...careExamples(example),
    ...sharingExamples(example),
    ...governanceExamples(example),
    ...Object.entries(evidenceExamples(example)).flatMap(([source, each]) => (configured.includes(source) ? each : [])),
    ...deniedKinds.map((kind) =>
      example(
        `A ${kind} is not sent: link to the record`,
        'send',
        { resource: { kind } },
        {
          decision: false,
          outcome: 'forbidden',
          rules: ['NO-25'],
        },
      ),
    ),
  ];
}
