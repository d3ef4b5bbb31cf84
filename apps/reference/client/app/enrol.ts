import { base64url, fromBase64url } from '@wardseal/primitives';
import type { EnrolChallenge, Enrolled } from '../../src/wire/api.js';
import type { Core } from '../core/core.js';
import { h } from './dom.js';
import { checkbox, form, required } from './forms.js';
import { call } from './http.js';
import { PageError } from './page-error.js';
import { createPasskey } from './passkey.js';
import { during, root, show, showProblem, status } from './shell.js';
import { ownCore } from './worker.js';

interface Link {
  readonly organisation: string;
  readonly person: string;
  readonly secret: Uint8Array<ArrayBuffer>;
  readonly rootThumbprint: string;
}

/** Reads `#v1.ORG.person.secret.thumbprint`, which no server has seen, and takes it out of the address bar. */
function takeLink(): Link | null {
  const [version, organisation, person, coded = '', rootThumbprint, ...rest] = location.hash.slice(1).split('.');
  history.replaceState(null, '', location.pathname);
  const secret = fromBase64url(coded);
  const whole =
    version === 'v1' && organisation && person && rootThumbprint && rest.length === 0 && secret?.length === 32;
  return whole ? { organisation, person, secret: new Uint8Array(secret), rootThumbprint } : null;
}

/** Enrols somebody by the custodian's link: passkey, keys made in the worker, recovery code, proof to the custodian. */
export function enrol(core: Core): void {
  const link = takeLink();
  if (link === null) {
    showProblem(show('Enrol'), new PageError('LINK_INVALID'));
    return;
  }
  const { organisation, person } = link;
  const line = status();
  const policy = h(
    'a',
    { href: `/policy?organisation=${encodeURIComponent(organisation)}`, target: '_blank', rel: 'noopener' },
    'Read the policy (opens in a new tab)',
  );
  const read = checkbox('read', 'I have read the policy');
  const create = h('button', { type: 'submit', class: 'nhsuk-button' }, 'Create passkey');
  const submit = (): void => {
    if (required(view, 'read', 'Read the policy, then tick the box') === null) return;
    const doing = 'Follow your device: it asks for your fingerprint, face or PIN';
    void during(view, create, line, doing, () => make(core, link));
  };
  const view = show(
    'Set up your passkey',
    h(
      'p',
      {},
      `For ${person} at ${organisation}. It takes about a minute. Your fingerprint, face or PIN stays on your device.`,
    ),
    form(submit, h('p', {}, policy), read, create),
    line,
  );
}

async function make(core: Core, link: Link): Promise<void> {
  const { organisation, person } = link;
  const { credential, prf } = await createPasskey(link);
  // The worker gets a copy: the link still works if the network fails now.
  const { request } = await core.createKeys({ ...link, secret: link.secret.slice(), credential });
  const about = { organisation, person };
  const { challenge } = await call<EnrolChallenge>('POST', '/api/enrol/request', {
    ...about,
    request: base64url(request),
  });
  const answer = await core.answer(fromBase64url(challenge) ?? new Uint8Array());
  const { wraps, recoveryCode } = await core.protect({ passkeyPrf: prf, credential: credential.id });
  const versions = JSON.parse(root().dataset['policyVersions'] ?? '{}') as Readonly<Record<string, number>>;
  const acknowledgedVersion = versions[organisation] ?? 0;
  const body = { ...about, answer: base64url(answer), wraps, acknowledgedVersion };
  codeView(recoveryCode, async () => {
    await call<Enrolled>('POST', '/api/enrol/answer', body);
    core.lock();
    location.assign('/');
  });
}

/** The recovery code is shown once. Only who has written it down is enrolled. */
function codeView(code: string, finish: () => Promise<void>): void {
  const line = status();
  const press = h('button', { type: 'submit', class: 'nhsuk-button' }, 'Finish');
  const submit = (): void => {
    if (required(view, 'written', 'Write the code down, then tick the box') === null) return;
    void during(view, press, line, 'Finishing', finish);
  };
  const view = show(
    'Your recovery code',
    h(
      'p',
      {},
      'If your passkey cannot unlock your keys on some device, this code does. It is shown only now. Keep it on paper, not in this browser.',
    ),
    h('output', { id: 'recovery-code', class: 'ward-code' }, code),
    form(submit, checkbox('written', 'I have written it down'), press),
    line,
  );
}

enrol(ownCore());
