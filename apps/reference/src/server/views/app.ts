import type { Session } from '../http/session.js';
import type { App } from '../wiring/app.js';
import { type Html, layout } from './layout.js';

/** Sign-in and the clinician's app: one page, because the keys live in its memory. */
export function appPage({ assets, config, trusts }: App, session: Session | null): Html {
  const trust = session === null ? undefined : trusts.get(session.org);
  return layout({
    ...{ assets, session, title: 'Pictures', script: 'app.js' },
    ...(trust && { trustName: trust.config.name }),
    data: {
      phone: config.phone,
      ...(trust && { 'policy-version': String(trust.pack.document.version) }),
    },
  });
}
