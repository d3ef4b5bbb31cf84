import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { readJson, writeWhole } from '../custodian/files.js';
import { parseTrustConfig } from '../wire/trust-config.js';

/** Where the witness and the record listen this time, written into every trust's configuration. */
export async function setUrls(options: {
  readonly dataDir: string;
  readonly witnessUrl: string;
  readonly recordUrl: string;
}): Promise<void> {
  const { dataDir, witnessUrl } = options;
  const folder = join(dataDir, 'trusts');
  for (const name of (await readdir(folder)).filter((each) => /^[A-Z0-9]{3,9}\.json$/.test(each))) {
    const known = parseTrustConfig(await readJson(join(folder, name)));
    // The stand-in of the record has a base a trust: one never sees the other's patients.
    const recordUrl = `${options.recordUrl.replace(/\/$/, '')}/${known.organisation}`;
    const config = { ...known, witnessUrl, recordUrl };
    // The custodian's own copy says where patients' pictures go: nobody else's may.
    await writeWhole(join(dataDir, 'custodian', config.organisation, 'trust.json'), JSON.stringify(config));
    await writeWhole(join(folder, name), `${JSON.stringify(config, null, 2)}\n`, 0o644);
  }
}
