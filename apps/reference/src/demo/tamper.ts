import { cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type AuditReport, auditLog } from '@wardseal/audit';
import { folderReader } from '@wardseal/audit/file-store';

/** Checks a whole log folder, as anybody with the log's public key can. */
export async function verifyLog(
  folder: string,
  logKey: string,
  onProgress: (done: number) => void,
): Promise<AuditReport> {
  return auditLog(
    await folderReader(folder),
    { logKey },
    { onProgress: ({ done, total }) => onProgress(total === 0 ? 1 : done / total) },
  );
}

/** Copies a log, changes one byte of its last entry bundle, and says what the check then finds. The log itself stays. */
export async function verifyTampered(folder: string, logKey: string): Promise<{ report: AuditReport; path: string }> {
  const copy = await mkdtemp(join(tmpdir(), 'wardseal-tampered-'));
  try {
    await cp(folder, copy, { recursive: true });
    const files = await readdir(join(copy, 'tile', 'entries'), { recursive: true, withFileTypes: true });
    // The widest partial bundle is the one that today's checkpoint covers.
    const bundle = files.filter((file) => file.isFile()).sort((a, b) => Number(b.name) - Number(a.name))[0];
    if (bundle === undefined) throw new Error('the log has no entry bundle');
    const path = join(bundle.parentPath, bundle.name);
    const bytes = await readFile(path);
    bytes[Math.floor(bytes.length / 2)]! ^= 1;
    await writeFile(path, bytes);
    return { report: await verifyLog(copy, logKey, () => {}), path: path.slice(copy.length + 1) };
  } finally {
    await rm(copy, { recursive: true, force: true });
  }
}
