import { mergeEmergency } from '@wardseal/audit';
import { fileKeyStore, folderReader } from '@wardseal/audit/file-store';
import { trustOf } from '../wiring/facts.js';
import { finish, type Work } from './due.js';

/**
 * The log is back: what the custodian wrote into its emergency journal meanwhile comes into the log, every entry once. The
 * custodian closes the journal first; one that is written again later is merged again.
 */
export const merge: Work = async (app, job) => {
  const { log, custodian, config } = trustOf(app, job.org);
  // A log that is still down: the journal is left open for the next emergency.
  const into = await log.current();
  await into.integrate();
  const journal = await custodian.turnJournal();
  if (journal !== null) {
    const reader = await folderReader(journal.folder);
    const source = { reader, keys: fileKeyStore(journal.keys), policy: { logKey: config.emergencyKey } };
    const actor = { id: 'service-wardseal', kind: 'system', org: job.org } as const;
    await mergeEmergency({ log: into, journal: source, actor });
  }
  await app.db.tx((tx) => finish(tx, job));
  return 'done';
};
