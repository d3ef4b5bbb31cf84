import { mkdir, rm, stat } from 'node:fs/promises';
import {
  jsonObject,
  type Options,
  objectOf,
  type Result,
  readText,
  removeWhenInterrupted,
  UsageError,
  type Values,
  writeOutput,
} from '@wardseal/primitives/cli';
import { checkRegister } from '../governance/check-register.js';
import type { GovernanceEvent } from '../governance/event.js';
import type { Approvers } from '../governance/guardians.js';
import { newRegister } from '../governance/new-register.js';
import type { Register, VersionStatus } from '../governance/register.js';
import type { Step } from '../governance/versions.js';
import { iso, momentOr } from './times.js';

/** The register, which a step reads and writes back. */
export const REGISTER = {
  register: { kind: 'text', short: 'r', value: 'FILE', help: "the policy's versions, in a file that propose begins" },
} as const satisfies Options;

/** Who does a step, and when. */
export const STEP = {
  ...REGISTER,
  by: { kind: 'text', value: 'ID', help: 'who does it' },
  at: { kind: 'text', value: 'TIME', help: 'when; now without it' },
} as const satisfies Options;

/** Who may approve. */
export const GUARDIANS = {
  guardians: {
    kind: 'texts',
    short: 'g',
    value: 'FILE',
    help: 'a guardian, as keygen --public wrote it, or {"guardians":[...],"approverRoles":[...]}',
  },
} as const satisfies Options;

const MISSING = 'the register is missing: --register';

/** The register as it is read: with the text that must still be there when a step writes it back. */
export interface ReadRegister {
  readonly path: string;
  readonly text: string | null;
  readonly register: Register;
}

/** Reads a register. `id` begins a new one where there is no file. */
export async function readRegister(path: string | undefined, id?: string): Promise<ReadRegister> {
  if (path === undefined) throw new UsageError(MISSING);
  if (path === '-') throw new UsageError('--register is a file: a step writes it back');
  const there = (await stat(path).catch(() => null)) !== null;
  if (!there && id !== undefined) return { path, text: null, register: newRegister(id) };
  const text = await readText(path, 'the register');
  const register = jsonObject(text);
  if (register === null) throw new UsageError(`${path}: the register must be a JSON object`);
  return { path, text, register: register as unknown as Register }; // every step looks at its shape
}

/** The guardians of all files; every step looks at their shape. */
export async function guardiansOf(values: Values<typeof GUARDIANS>): Promise<Approvers> {
  if (values.guardians.length === 0) throw new UsageError('the guardians are missing: --guardians');
  const all: unknown[] = [];
  let roles: unknown;
  for (const path of values.guardians) {
    const file = (await objectOf(path, 'the guardians'))!;
    const { guardians, approverRoles, ...more } = file;
    if (guardians === undefined) all.push(file);
    else if (Array.isArray(guardians) && Object.keys(more).length === 0) all.push(...guardians);
    else throw new UsageError(`${path}: the guardians are {"guardians":[{"id":...,"role":...,"publicKey":...}]}`);
    if (approverRoles !== undefined && roles !== undefined) throw new UsageError('the roles are given twice');
    roles ??= approverRoles;
  }
  return { guardians: all, ...(roles !== undefined && { approverRoles: roles }) } as unknown as Approvers;
}

/** Who and when of a step. */
export function stepBy(values: Values<typeof STEP>): { readonly by: string; readonly at: string } {
  if (values.by === undefined) throw new UsageError('who does it is missing: --by');
  return { by: values.by, at: iso(momentOr(values.at, 'at')) };
}

/** The version in an option, or the last of the first of these states that one is in. */
export function versionOf(text: string | undefined, register: Register, ...states: readonly VersionStatus[]): number {
  if (text !== undefined) {
    if (!/^[1-9]\d{0,14}$/.test(text)) throw new UsageError('--version takes a whole number');
    return Number(text);
  }
  checkRegister(register);
  for (const state of states) {
    const found = register.versions.filter(({ status }) => status === state).at(-1);
    if (found !== undefined) return found.version;
  }
  throw new UsageError('no version waits for that: say which with --version');
}

/** Writes a step back, unless the register was changed meanwhile, and says what happened. */
export async function record(
  { path, text }: ReadRegister,
  { register, events }: Step,
  words: readonly string[],
): Promise<Result> {
  await alone(path, () =>
    writeOutput({ path, force: text !== null, content: 'safe' }, async (file) => {
      await file.write(`${JSON.stringify(register, null, 2)}\n`);
      if (text !== null && (await readText(path, 'the register')) !== text)
        throw new UsageError('the register was changed meanwhile: run it again');
    }),
  );
  return { facts: { events }, words: [...events.map(eventInWords), ...words] };
}

/** Between the last look at a file and its replacement no other step may put its own there: a withdrawal would be lost. */
async function alone(path: string, act: () => Promise<void>): Promise<void> {
  const lock = `${path}.lock`;
  try {
    await mkdir(lock);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    throw new UsageError(`another step is being written: run it again; if there is none, remove ${lock}`);
  }
  const finished = removeWhenInterrupted(lock);
  try {
    await act();
  } finally {
    await rm(lock, { recursive: true, force: true });
    finished();
  }
}

function eventInWords({ type, at, by, policy }: GovernanceEvent): string {
  return `${type.padEnd(16)} ${policy.id} version ${policy.version} by ${by} at ${at}`;
}
