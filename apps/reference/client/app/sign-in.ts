import type { CeremonyAnswer, CeremonyOptions, Me } from '../../src/wire/api.js';
import type { Pin } from '../../src/wire/user-handle.js';
import type { Core } from '../core/core.js';
import { button, h } from './dom.js';
import { entered, form, textField } from './forms.js';
import { call, download } from './http.js';
import { PageError } from './page-error.js';
import { type Assertion, askPasskey } from './passkey.js';
import { during, show, status } from './shell.js';

/** Public, of this tab only: whose passkey it was, for unlocking by the recovery code after a reload. */
const PIN = 'wardseal.pin';

function keptPin(): Pin | null {
  try {
    return JSON.parse(sessionStorage.getItem(PIN) ?? 'null') as Pin | null;
  } catch {
    return null;
  }
}

/** Pins the trust's root as the passkey knows it, then checks the directory under it. */
async function pin(core: Core, me: Me, own: Pin | null): Promise<void> {
  if (own === null) throw new PageError('PASSKEY_FOREIGN');
  // The server says who is signed in; the passkey says whose it is. They must agree before any key is unwrapped.
  if (own.person !== me.person || own.organisation !== me.organisation) throw new PageError('PASSKEY_FOREIGN');
  sessionStorage.setItem(PIN, JSON.stringify(own));
  await core.pin(own);
  await core.loadDirectory(await download('/api/directory'));
}

async function unlock(core: Core, me: Me, { prf, credential, pin: own }: Assertion): Promise<boolean> {
  await pin(core, me, own ?? keptPin());
  if (prf === null) return false;
  await core.unlock({ wraps: me.wraps, passkeyPrf: prf, credential });
  return true;
}

/** Passkey ceremonies of the server: signing in, and showing oneself again. */
async function ceremony<T>(path: string): Promise<{ answer: T; assertion: Assertion }> {
  const { id, options } = await call<CeremonyOptions>('POST', `${path}/options`, {});
  const assertion = await askPasskey(options);
  const body: CeremonyAnswer = { id, response: assertion.response };
  return { answer: await call<T>('POST', path, body), assertion };
}

/** Does what asks for the passkey again when it was last shown too long ago. */
export async function withStepUp<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if ((error as { code?: string }).code !== 'STEP_UP_REQUIRED') throw error;
    await ceremony('/api/step-up');
    return work();
  }
}

/** Signs in and unlocks with one touch of the passkey; by the recovery code where the passkey cannot unlock. */
export function signInView(
  core: Core,
  done: (me: Me) => void,
  options: { readonly notice?: string; readonly recover?: boolean } = {},
): void {
  const line = status();
  const go = async (): Promise<void> => {
    const { answer: me, assertion } = await ceremony<Me>('/api/sign-in');
    const unlocked = await unlock(core, me, assertion);
    if (unlocked && options.recover !== true) done(me);
    else recoveryView(core, me, done, !unlocked);
  };
  const press = button('Sign in with a passkey', () => void during(view, press, line, 'Waiting for your passkey', go));
  const view = show(
    'Sign in',
    options.notice !== undefined && h('div', { class: 'nhsuk-inset-text' }, h('p', {}, options.notice)),
    h('p', {}, 'Your passkey signs you in and unlocks your keys on this device in one step. There is no password.'),
    press,
    line,
    h('p', {}, 'No passkey yet? Open the enrolment link from your administrator. Lost it? Ask them for a new link.'),
    h('p', {}, h('a', { href: '/recover' }, 'Use your recovery code')),
  );
}

/** Somebody is signed in, but this page has just been loaded: the keys were in its memory only. */
export function unlockView(core: Core, me: Me, done: (me: Me) => void, notice?: string): void {
  const line = status();
  const go = async (): Promise<void> => {
    const { assertion } = await ceremony<unknown>('/api/step-up');
    if (await unlock(core, me, assertion)) done(me);
    else recoveryView(core, me, done, true);
  };
  const press = button(
    'Unlock with your passkey',
    () => void during(view, press, line, 'Waiting for your passkey', go),
  );
  const view = show(
    'Unlock',
    h(
      'p',
      {},
      notice ??
        `You are signed in as ${me.name}. Your keys are locked, as they are whenever this page was loaded anew.`,
    ),
    press,
    line,
    keptPin() !== null && button('Use your recovery code', () => recoveryView(core, me, done, false), 'secondary'),
  );
}

/** Unlocks by the code that was written down when enrolling. */
function recoveryView(core: Core, me: Me, done: (me: Me) => void, without: boolean): void {
  const line = status();
  const go = async (): Promise<void> => {
    await pin(core, me, keptPin());
    await core.unlock({ wraps: me.wraps, recoveryCode: entered(view, 'recovery') });
    await call('POST', '/api/unlocked', {});
    done(me);
  };
  const press = h('button', { type: 'submit', class: 'nhsuk-button' }, 'Unlock');
  const view = show(
    'Use your recovery code',
    without && h('p', {}, 'This passkey signs you in but cannot unlock your keys on this device.'),
    form(
      () => void during(view, press, line, 'Unlocking', go),
      textField({
        id: 'recovery',
        label: 'Recovery code',
        hint: 'The groups of letters and digits you wrote down when you enrolled.',
      }),
      press,
    ),
    line,
  );
}
