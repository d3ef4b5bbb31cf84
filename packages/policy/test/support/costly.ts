import type { Condition, PolicyDocument } from '../../src/index.js';
import { permit, sample } from './sample.js';

/** A document made to be costly to analyse: which of 24 pairs of sets meet, asked in the order that keeps the pairs apart. */
export function costly(): PolicyDocument {
  const names = Array.from({ length: 24 }, (_, i) => `subject.set${String.fromCharCode(97 + i)}`);
  const sets = Object.fromEntries(names.map((name) => [name, { type: 'set' as const, source: 'session' as const }]));
  const values = Array.from({ length: 12 }, (_, i) => `v${i}`);
  const when = {
    any: names.slice(0, 12).flatMap((name, i) =>
      values.map((value) => ({
        all: [
          { [name]: { includes: value } },
          { [names[12 + ((i * 5) % 12)]!]: { includes: value } },
          { [names[(i * 7 + 3) % 24]!]: { not: { includes: value } } },
        ],
      })),
    ),
  } as unknown as Condition;
  const document = sample(permit('P-1', when));
  return {
    ...document,
    attributes: { ...document.attributes, ...sets },
    invariants: [
      { id: 'INV-01', title: 'Nothing held is seen', never: { actions: ['view'], when: { 'resource.hold': 'legal' } } },
    ],
  };
}
