import type { App } from '../wiring/app.js';
import { type Html, layout } from './layout.js';

/** Enrolment by a link. Who it is for stands in the fragment, which no server sees, so every trust's policy is named. */
export function enrolPage({ assets, config, trusts }: App): Html {
  const versions = [...trusts.values()].map(
    (trust) => [trust.config.organisation, trust.pack.document.version] as const,
  );
  const data = { phone: config.phone, 'policy-versions': JSON.stringify(Object.fromEntries(versions)) };
  return layout({ assets, session: null, title: 'Enrol', script: 'enrol.js', data });
}
