import type { PolicyTest } from '../../document.js';
import { exampleFrom } from './example.js';
import { careExamples, deviceExamples } from './examples-care.js';
import { governanceExamples } from './examples-governance.js';
import { sharingExamples } from './examples-sharing.js';

/** Examples that travel with the policy and must come out as written, whatever a trust configures. */
export function examples(
  country: string,
  deniedKinds: readonly string[],
  managesDevices: boolean,
): readonly PolicyTest[] {
  const example = exampleFrom(country);
  return [
    ...careExamples(example),
    ...sharingExamples(example),
    ...governanceExamples(example),
    ...(managesDevices ? deviceExamples(example) : []),
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
