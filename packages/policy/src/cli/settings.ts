import { utf8 } from '@wardseal/primitives';
import { type Options, OUTPUT, type Result, UsageError, type Values, writeOutput } from '@wardseal/primitives/cli';
import type { PolicyDocument } from '../document.js';
import { loadPolicy } from '../load.js';
import { testPolicy } from '../test-policy.js';
import { iso, moment } from './times.js';

/** What a trust says about itself when it writes a version. */
export const SETTINGS = {
  ...OUTPUT,
  set: { kind: 'texts', value: 'PARAMETER=N', help: 'a number of the policy, as viewSignInHours=12' },
  configured: { kind: 'texts', value: 'SOURCE', help: 'evidence that you have: the rules that need it are enforced' },
  'not-configured': { kind: 'texts', value: 'SOURCE', help: 'evidence that you no longer have' },
  id: { kind: 'text', value: 'ID', help: 'what the policy is called in decisions and logs' },
  title: { kind: 'text', value: 'TEXT', help: 'what people call it' },
  owner: { kind: 'text', value: 'ROLE', help: 'who answers for it, as caldicott-guardian' },
  'effective-from': { kind: 'text', value: 'DATE', help: 'when it comes into force' },
  'review-by': { kind: 'text', value: 'DATE', help: 'when it has to be looked at again' },
} as const satisfies Options;

/** The document with the settings of the options. */
export function settled(document: PolicyDocument, values: Values<typeof SETTINGS>): PolicyDocument {
  const { id, title, owner } = values;
  const from = values['effective-from'];
  const review = values['review-by'];
  return {
    ...document,
    ...(id !== undefined && { id }),
    ...(title !== undefined && { title }),
    ...(owner !== undefined && { owner: { role: owner } }),
    ...(from !== undefined && { effectiveFrom: iso(moment(from, 'effective-from')) }),
    ...(review !== undefined && { reviewBy: iso(moment(review, 'review-by')) }),
    parameters: parametersOf(document, values.set),
    sources: sourcesOf(document, values.configured, values['not-configured']),
  };
}

function parametersOf({ parameters }: PolicyDocument, set: readonly string[]): PolicyDocument['parameters'] {
  const out = { ...parameters };
  for (const text of set) {
    const [, name, number] = /^([^=]+)=(-?\d{1,15})$/.exec(text) ?? [];
    if (name === undefined) throw new UsageError(`--set takes PARAMETER=N with a whole number, not ${text}`);
    const parameter = Object.hasOwn(out, name) ? out[name] : undefined;
    if (parameter === undefined)
      throw new UsageError(`there is no parameter ${name}; there are ${Object.keys(out).join(', ') || 'none'}`);
    const value = Number(number);
    if (value < parameter.min || value > parameter.max)
      throw new UsageError(`${name} (${parameter.title}) takes ${parameter.min} to ${parameter.max}`);
    out[name] = { ...parameter, value };
  }
  return out;
}

function sourcesOf(
  { sources }: PolicyDocument,
  configured: readonly string[],
  not: readonly string[],
): PolicyDocument['sources'] {
  const out = { ...sources };
  for (const [names, value] of [
    [configured, true],
    [not, false],
  ] as const)
    for (const name of names) {
      const source = Object.hasOwn(out, name) ? out[name] : undefined;
      if (source === undefined)
        throw new UsageError(`there is no evidence source ${name}; there are ${Object.keys(out).join(', ') || 'none'}`);
      out[name] = { ...source, configured: value };
    }
  return out;
}

/** Checks a document that was made, writes it to be read and changed by people, and says what it is. */
export async function writePolicy(document: PolicyDocument, values: Values<typeof SETTINGS>): Promise<Result> {
  const { digest } = loadPolicy(document);
  const red = testPolicy({ document, digest }).filter(({ passed }) => !passed);
  const text = utf8(`${JSON.stringify(document, null, 2)}\n`);
  await writeOutput({ path: values.output, force: values.force, content: 'text' }, (file) => file.write(text));
  const { id, version, status, sources, reviewBy } = document;
  const lacking = Object.entries(sources).filter(([, { configured }]) => !configured);
  return {
    facts: { id, version, status, digest, red: red.map(({ name }) => name) },
    words: [
      `${id} version ${version}, ${status}, ${digest}`,
      ...(lacking.length > 0 ? [`evidence not configured: ${lacking.map(([name]) => name).join(', ')}`] : []),
      ...(reviewBy === undefined ? ['no review date yet: --review-by'] : []),
      ...red.map(({ name }) => `an example no longer comes out as it says: ${name}`),
    ],
  };
}
