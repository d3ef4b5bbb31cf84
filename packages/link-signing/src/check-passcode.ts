import { hex } from '@wardseal/primitives';
import { gone, LinkError } from './errors.js';
import { stored } from './guard.js';
import type { IssuerState } from './issuer.js';
import type { ImportedTagKey } from './keys.js';
import { isPasscode, passcodeMatches } from './passcode.js';
import type { StoredLink } from './store.js';

/** Runs the steps of one link one after the other, so that a crowd of right passcodes does not look like guessing. */
async function inTurn<T>(state: IssuerState, link: string, step: () => Promise<T>): Promise<T> {
  const before = state.checking.get(link) ?? Promise.resolve();
  const mine = before.then(step, step);
  state.checking.set(link, mine);
  try {
    return await mine;
  } finally {
    if (state.checking.get(link) === mine) state.checking.delete(link);
  }
}

/**
 * Checks the passcode of a link. The attempt is reserved in the store before the slow hash and settled after it, so that
 * parallel guesses, in one process or many, never get more than the limit; a crash in between leaves it reserved.
 */
export async function checkPasscode(
  state: IssuerState,
  link: StoredLink,
  passcode: string | undefined,
  key: ImportedTagKey,
): Promise<void> {
  const { id, cti, passcode: wanted } = link;
  if (wanted === null) throw gone('tampered');
  const limit = state.limits.passcodeFailures;
  const refuse = (failures: number, facts: { failures?: number }): never => {
    const remaining = Math.max(0, limit - failures);
    throw new LinkError('PASSCODE_REFUSED', 'passcode is missing or wrong', { ...facts, remaining });
  };
  // What can be no passcode is not evaluated, and costs no attempt.
  if (!isPasscode(passcode)) return refuse(link.failures, {});
  const failures = await inTurn(state, hex(id), async () => {
    if (!(await stored(() => state.store.attempt(id, limit)))) throw gone('locked');
    // What this package stored always reads: what does not was changed in the database.
    const matches = await passcodeMatches(passcode, wanted, cti, key).catch((cause) => {
      throw gone('tampered', cause);
    });
    const wrong = await stored(() => state.store.judge(id, matches));
    return matches ? null : wrong;
  });
  if (failures !== null) refuse(failures, { failures });
}
