import { type JsonObject, jsonObject, type Options, readText, UsageError } from '@wardseal/primitives/cli';
import { PolicyError } from '../errors.js';
import type { Assessment } from '../governance/assessment.js';
import { checkAssessment } from '../governance/check-assessment.js';
import { PolicyFileError } from './policy-file.js';

/** Assessments of apps, one a file. */
export const ASSESSMENTS = {
  assessment: {
    kind: 'texts',
    short: 'a',
    value: 'FILE',
    help: 'an assessment of an app, as assessment check reads it',
  },
} as const satisfies Options;

/** Reads a file by one of the package's checks, so that a refusal names the file. */
export async function readChecked<T>(path: string, what: string, check: (json: string) => T): Promise<T> {
  const text = await readText(path, what);
  try {
    return check(text);
  } catch (error) {
    throw error instanceof PolicyError ? new PolicyFileError(path === '-' ? 'stdin' : path, error) : error;
  }
}

/** The assessments that an option names. */
export async function assessmentsOf(paths: readonly string[]): Promise<readonly Assessment[]> {
  const all: Assessment[] = [];
  for (const path of paths) all.push(await readChecked(path, 'the assessment', (json) => checkAssessment(json)));
  return all;
}

/** A list in a JSON file, as `{"people":[...]}` or one object a line; what is in it is looked at by the package. */
export async function listOf<T>(path: string | undefined, option: string): Promise<readonly T[]> {
  if (path === undefined) throw new UsageError(`--${option} is missing`);
  const text = await readText(path, `the ${option}`);
  const list = jsonObject(text)?.[option];
  if (Array.isArray(list)) return list as readonly T[];
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  const objects = lines.map(jsonObject).filter((one): one is JsonObject => one !== null);
  if (objects.length < lines.length)
    throw new UsageError(`${path}: it takes {"${option}":[...]}, or one object a line`);
  return objects as readonly unknown[] as readonly T[];
}
