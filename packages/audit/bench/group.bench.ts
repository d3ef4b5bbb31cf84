// Group commit: 64 callers at once beside one after the other, on a disk whose every sync takes 2 ms.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { generateLogKey, logSigner, memoryKeyStore, openLog } from '@wardseal/audit';
import { fileStore } from '@wardseal/audit/file-store';
import { compare } from '@wardseal/testkit/node';
import { diskWithSync, freshEvent, UNWITNESSED } from './prepared.ts';

const CALLERS = 64;
const SYNC_MS = 2;

const folder = mkdtempSync(join(tmpdir(), 'wardseal-bench-'));
const origin = 'bench.example/2026';
const { skey } = await generateLogKey(origin);
const log = await openLog({
  origin,
  store: fileStore(join(folder, 'log'), { fs: diskWithSync(() => sleep(SYNC_MS)) }),
  keys: memoryKeyStore(),
  signer: await logSigner(skey),
  unwitnessed: UNWITNESSED,
});
await compare(
  `${CALLERS} appends with a sync of ${SYNC_MS} ms`,
  {
    'all at once': () => Promise.all(Array.from({ length: CALLERS }, () => log.append(freshEvent()))),
    'one after the other': async () => {
      for (let i = 0; i < CALLERS; i++) await log.append(freshEvent());
    },
  },
  { rounds: 7, perCall: CALLERS, unit: 'entry', out: 'append-group', notes: 'the syncs are waits of 2 ms, not real' },
);
await log.close();
rmSync(folder, { recursive: true });
