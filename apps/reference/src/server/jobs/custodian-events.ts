import type { App } from '../wiring/app.js';

/** What the custodian did by itself, such as signing a new directory, comes into the log; only then does it forget to ask. */
export async function logCustodianEvents({ trusts }: App): Promise<void> {
  for (const { log, custodian } of trusts.values()) {
    const events = await custodian.pendingEvents();
    for (const event of events) await log.append(event, { source: 'outbox' });
    if (events.length > 0) await custodian.logged(events.map(({ id }) => id));
  }
}
