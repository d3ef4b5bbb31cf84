import { invalid, list, moment, object, oneOf, positive } from '../check/shape.js';
import { step } from '../errors.js';
import { APPROVALS_NEEDED } from './approval.js';
import { change } from './change-shape.js';
import type { Register, RegisteredVersion } from './register.js';
import { approval, checkAs, digest, earlier, identifier, policyName, reason, samePerson } from './shapes.js';

/** Most versions of one policy: one a week for some twenty years. */
export const MAX_VERSIONS = 1_000;
/** Most approvals of one version: as many as a document can carry. */
export const MAX_APPROVALS = 20;

const by = identifier;
const at = moment;

const shape = object({
  format: oneOf('policy-register/0'),
  id: policyName,
  versions: list(
    object({
      version: positive,
      digest,
      status: oneOf('draft', 'approved', 'in-force', 'superseded', 'withdrawn'),
      // Its text is read by `loadPolicy` when something rests on it.
      document: (value, path) => {
        if (typeof value !== 'object' || value === null || Array.isArray(value)) invalid(path);
      },
      proposed: object({ by, at, reason }),
      approvals: list(approval, 0, MAX_APPROVALS),
      'activated?': object({ by, at, change }),
      'supersededAt?': at,
      'withdrawn?': object({ by, secondApprover: by, at, reason }),
    }),
    0,
    MAX_VERSIONS,
  ),
});

/**
 * Refuses what is no register, or one that cannot have come about by the steps of this package; every step does so with the
 * register it is given. Of a document, only what the register says about it as well is looked at here: its text and digest
 * are, when a step rests on them.
 *
 * @param value - what came out of a store, parsed.
 * @throws PolicyError `REGISTER_INVALID`; `path` points to the place.
 * @example
 * ```ts
 * const register: unknown = JSON.parse(stored);
 * checkRegister(register);
 * ```
 */
export function checkRegister(value: unknown): asserts value is Register {
  checkAs(
    'REGISTER_INVALID',
    (given, path) => {
      shape(given, path);
      laws(given as Register);
    },
    value,
    '',
  );
}

function laws({ id, versions }: Register): void {
  let highest = 0;
  let before: RegisteredVersion | undefined;
  versions.forEach((entry, i) => {
    const path = step('/versions', i);
    if (entry.version <= highest) invalid(step(path, 'version'), 'not above the version before it');
    highest = entry.version;
    ofOneVersion(id, entry, path);
    if (entry.activated !== undefined) {
      follows(before, entry, path);
      before = entry;
    }
  });
  if (before?.status === 'superseded') invalid('/versions', 'the last version in force is superseded by none');
}

/** What a version that came into force says of the one before it: one ends before the next begins, so one at most is in force. */
function follows(before: RegisteredVersion | undefined, { version, activated }: RegisteredVersion, path: string): void {
  const { at: begun, change: told } = activated!;
  const place = `${path}/activated`;
  if (before?.status === 'in-force') invalid(place, 'another version is in force');
  const from = before?.status === 'superseded' ? before : null;
  if ((told.from === null) !== (told.verdict === 'first') || told.from?.version !== from?.version)
    invalid(`${place}/change/from`, 'not the version that was in force');
  if (told.from?.digest !== from?.digest) invalid(`${place}/change/from`, 'not the version that was in force');
  if (from !== null && from.supersededAt !== begun)
    invalid(`${place}/at`, `not when \`${from.version}\` was superseded`);
  const ended = before?.withdrawn?.at;
  if (ended !== undefined && earlier(begun, ended)) invalid(`${place}/at`, `before \`${version}\` could follow`);
}

function ofOneVersion(id: string, entry: RegisteredVersion, path: string): void {
  const { version, status, document, proposed, approvals, activated, supersededAt, withdrawn } = entry;
  const same = (one: unknown, other: unknown, where: string): void => {
    if (one !== other) invalid(`${path}/${where}`, 'not what the register says of it');
  };
  same(document.id, id, 'document/id');
  same(document.version, version, 'document/version');
  same(document.status, status, 'document/status');
  same(document.approvals, undefined, 'document/approvals');
  approvals.forEach((each, i) => {
    const place = `approvals/${i}`;
    same(each.policy, id, `${place}/policy`);
    same(each.version, String(version), `${place}/version`);
    same(each.digest, entry.digest, `${place}/digest`);
    if (samePerson(each.by, proposed.by)) invalid(`${path}/${place}/by`, 'approved by who proposed it');
  });
  const was = status === 'in-force' || status === 'superseded';
  if (was !== (activated !== undefined) && status !== 'withdrawn') same(status, activated, 'activated');
  if ((status === 'superseded') !== (supersededAt !== undefined)) same(status, supersededAt, 'supersededAt');
  if ((status === 'withdrawn') !== (withdrawn !== undefined)) same(status, withdrawn, 'withdrawn');
  const people = new Set(approvals.map(({ by: guardian }) => guardian.toLowerCase())).size;
  if ((status === 'approved' || activated !== undefined) && people < APPROVALS_NEEDED)
    invalid(`${path}/approvals`, 'too few approvals for what became of it');
  if (withdrawn !== undefined && samePerson(withdrawn.by, withdrawn.secondApprover))
    invalid(`${path}/withdrawn/secondApprover`, 'the same person twice');
  for (const [where, end] of [
    ['supersededAt', supersededAt],
    ['withdrawn/at', withdrawn?.at],
  ] as const)
    if (end !== undefined && earlier(end, activated?.at ?? proposed.at)) invalid(`${path}/${where}`, 'before it began');
  if (activated !== undefined && earlier(activated.at, proposed.at))
    invalid(`${path}/activated/at`, 'before it was proposed');
}
