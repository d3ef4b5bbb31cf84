import type { ItemRow, Me } from '../../src/wire/api.js';
import type { Core } from '../core/core.js';
import { WardsealCapture } from './capture.js';
import { Desk } from './desk.js';
import { button, h } from './dom.js';
import { call, Refused, SIGNED_OUT } from './http.js';
import { type Idle, watchIdle } from './idle.js';
import { findView, inboxView, titleOf } from './inbox.js';
import { root, show, showProblem } from './shell.js';
import { signInView, unlockView } from './sign-in.js';
import { WardsealViewer } from './viewer.js';
import { wordsOf } from './words.js';
import { ownCore } from './worker.js';

export interface StartOptions {
  /** Begin with the recovery code. */
  readonly recover?: boolean;
  /** For tests: another core than the worker's. */
  readonly core?: Core;
}

/** How often a page asks whether its person is still let in: whoever is suspended loses what is on the screen, too. */
const STILL_IN_MS = 15_000;

/** Runs the app in the page's `#app`. Keys live in the worker's memory: a page loaded anew asks for the passkey. */
export function start({ recover = false, core = ownCore() }: StartOptions): void {
  let desk: Desk | null = null;
  let idle: Idle | null = null;
  let pressed: string | null = null;
  /** What was not sent yet, and whose it is: kept in memory when somebody is signed out for being away. */
  let draft: { readonly person: string; readonly kind: string; readonly capture: WardsealCapture } | null = null;

  const go = (route: string): void => {
    if (location.hash === `#/${route}`) paint();
    else location.hash = `#/${route}`;
  };
  const home = (): void => go('');
  const open = (id: string): void => {
    pressed = id;
    go(`item/${id}`);
  };

  const captureView = (own: Desk, kind: 'photo' | 'message'): void => {
    const name = kind === 'photo' ? 'New picture' : 'New message';
    if (draft?.person !== own.me.person || draft.kind !== kind) {
      draft = { person: own.me.person, kind, capture: Object.assign(new WardsealCapture(), { kind }) };
    }
    const leave = (): void => {
      draft = null;
      home();
    };
    Object.assign(draft.capture, { desk: own, leave });
    show(name, draft.capture);
  };

  const itemView = async (own: Desk, id: string): Promise<void> => {
    const byId = (row: ItemRow): boolean => row.id === id;
    const row = own.rows.find(byId) ?? (await own.inbox()).find(byId);
    if (row === undefined) throw new Refused(404, { code: 'NOT_FOUND' });
    show(titleOf(row), Object.assign(new WardsealViewer(), { desk: own, row, pressed: pressed === id, leave: home }));
    pressed = null;
  };

  const paint = (): void => {
    // Another fragment is a place on the page, as the skip link's.
    if (desk === null || !/^(#\/.*)?$/.test(location.hash)) return;
    const own = desk;
    const [route = '', id = ''] = location.hash.slice(2).split('/');
    if (route === 'new-picture') captureView(own, 'photo');
    else if (route === 'new-message') captureView(own, 'message');
    else if (route === 'find') findView(own, open, home);
    else if (route === 'item') {
      itemView(own, id).catch((error: unknown) =>
        showProblem(show('Item', button('Back to the inbox', home, 'secondary')), error),
      );
    } else inboxView(own, () => idle?.present ?? false, open, go);
  };

  const end = (notice: string): void => {
    idle?.stop();
    desk?.core.lock();
    desk = idle = null;
    void call('POST', '/api/sign-out', {}).catch(() => {});
    signOut.hidden = true;
    signInView(core, ready, { notice });
  };

  const signOut = button(
    'Sign out',
    () => {
      if (draft?.capture.unsent === true && !confirm('What you have not sent will be lost. Sign out?')) return;
      draft = null;
      sessionStorage.clear();
      end('You are signed out.');
    },
    'secondary',
    { hidden: true },
  );

  const ready = (me: Me): void => {
    desk = new Desk(core, me);
    idle = watchIdle(
      me.idleSeconds,
      () => call('POST', '/api/stay', {}),
      () => end('You were signed out because this page was not used. What you had written is kept: sign in to go on.'),
    );
    signOut.hidden = false;
    // As the server writes it on a page that is loaded with a session.
    const name = document.querySelector('.ward-bar__name');
    if (name !== null) name.textContent = `Wardseal · ${me.trustName}`;
    if (recover) history.replaceState(null, '', '/');
    paint();
  };

  root().after(h('div', { class: 'ward-leave' }, signOut));
  addEventListener(SIGNED_OUT, (event) => {
    const { said } = wordsOf({ code: (event as CustomEvent<string>).detail });
    if (desk !== null) end(`${said} What you had written is kept.`);
  });
  // A GET keeps nobody signed in; a refusal comes as SIGNED_OUT, and a server that does not answer is no refusal.
  setInterval(() => desk !== null && void call('GET', '/api/me').catch(() => {}), STILL_IN_MS);
  addEventListener('hashchange', paint);
  addEventListener('beforeunload', (event) => {
    if (draft?.capture.unsent === true) event.preventDefault();
  });
  // A page brought back from the browser's memory must not show what it showed.
  addEventListener('pageshow', (event) => event.persisted && location.reload());

  call<Me>('GET', '/api/me').then(
    (me) => (recover ? signInView(core, ready, { recover }) : unlockView(core, me, ready)),
    (error: unknown) => {
      signInView(core, ready, { recover });
      if ((error as Refused).code !== 'SIGN_IN_REQUIRED') showProblem(root().firstElementChild ?? root(), error);
    },
  );
}
