import type { Session } from '../http/session.js';
import type { App } from '../wiring/app.js';
import { type Html, layout } from './layout.js';

/** Unlocking the keys with the recovery code. */
export function recoverPage({ assets, config }: App, session: Session | null): Html {
  const data = { phone: config.phone };
  return layout({ assets, session, title: 'Use your recovery code', script: 'recover.js', data });
}
