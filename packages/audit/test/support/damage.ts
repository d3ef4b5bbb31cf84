import { cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { seededNumbers } from '@wardseal/testkit';
import { fileKeyStore, folderReader } from '../../src/file-store.js';
import { type AuditReport, auditLog, type LogReader, tilePath, verifyInclusion } from '../../src/index.js';
import { codeOf, demoSigner, eventMaker } from './events.js';
import { openIn } from './folder.js';
import { mutants } from './mutations.js';

/** A log of 270 entries with leftover partial tiles, and what was handed out about it. */
export async function demoLogFolder(folder: string) {
  const { vkey } = await demoSigner();
  const make = eventMaker('damage');
  const log = await openIn(folder);
  await Promise.all(Array.from({ length: 260 }, () => log.append(make())));
  await log.integrate();
  await Promise.all(Array.from({ length: 5 }, () => log.append(make())));
  await log.integrate();
  const event = make();
  const nonce = new Uint8Array(32).fill(3);
  const { receipt, leaf, index } = await log.append(event, { await: 'integrated', nonce });
  await Promise.all(Array.from({ length: 4 }, () => log.append(make())));
  await log.close();
  const files: string[] = [];
  for (const entry of await readdir(join(folder, 'log'), { recursive: true, withFileTypes: true }))
    if (entry.isFile()) files.push(join(entry.parentPath, entry.name).slice(join(folder, 'log/').length));
  return { vkey, event, nonce, receipt: receipt!, leaf, index, files: files.sort() };
}

export type DemoLog = Awaited<ReturnType<typeof demoLogFolder>>;

/** Audits the folder with its secrets. */
export async function audit(folder: string, vkey: string): Promise<AuditReport> {
  return auditLog(
    await folderReader(join(folder, 'log')),
    { logKey: vkey },
    { keys: fileKeyStore(join(folder, 'secrets')) },
  );
}

/** The classes of files, and the files of this log in each. */
export function classesOf(files: readonly string[]): Record<string, string[]> {
  const of = (wanted: RegExp) => files.filter((file) => wanted.test(file));
  return {
    tile: of(/^tile\/\d/),
    bundle: of(/^tile\/entries/),
    checkpoint: of(/^checkpoint$/),
    journal: of(/^private\/journal$/),
  };
}

/** What was changed without being noticed. */
async function unnoticed(
  original: ReadonlyMap<string, Uint8Array>,
  { count, seed }: { count: number; seed: string },
  goodWith: (path: string, data: Uint8Array) => Promise<boolean>,
): Promise<string[]> {
  const next = seededNumbers(seed);
  const missed: string[] = [];
  const paths = [...original.keys()];
  for (let i = 0; i < count; i++) {
    const path = paths[next() % paths.length]!;
    const kind = path === 'checkpoint' ? 'text' : 'bytes';
    for (const { what, data } of mutants(original.get(path)!, { kind, next, count: 1 }))
      if (await goodWith(path, data)) missed.push(`${what} in ${path}`);
  }
  return missed;
}

/** Changes files of a class, `count` times one of them, and gives what an outsider, who has no journal, did not notice. */
export async function publicChanges(folder: string, demo: DemoLog, name: string, count: number): Promise<string[]> {
  const files = new Map<string, Uint8Array>();
  for (const file of demo.files)
    if (!file.startsWith('private/')) files.set(file, await readFile(join(folder, 'log', file)));
  const reader: LogReader = {
    readCheckpoint: async () => files.get('checkpoint') ?? null,
    readTile: async (id) => files.get(tilePath(id)) ?? null,
    async *listTiles() {
      for (const path of files.keys()) if (path !== 'checkpoint') yield path;
    },
  };
  const original = new Map(classesOf(demo.files)[name]!.map((file) => [file, files.get(file)!]));
  return unnoticed(original, { count, seed: `changes of a ${name}` }, async (path, data) => {
    files.set(path, data);
    const { verdict, findings } = await auditLog(reader, { logKey: demo.vkey });
    files.set(path, original.get(path)!);
    return verdict === 'good' || findings.length === 0;
  });
}

/** Changes the journal `count` times and gives what went unnoticed, without any secret. */
export async function journalChanges(folder: string, demo: DemoLog, count: number): Promise<string[]> {
  const path = 'private/journal';
  const work = await mkdtemp(join(tmpdir(), 'wardseal-audit-'));
  await cp(folder, work, { recursive: true });
  const journal = await readFile(join(work, 'log', path));
  const missed = await unnoticed(
    new Map([[path, journal]]),
    { count, seed: 'changes of a journal' },
    async (_, data) => {
      await writeFile(join(work, 'log', path), data);
      const report = await auditLog(await folderReader(join(work, 'log')), { logKey: demo.vkey });
      // Bytes behind the last batch are what a crash left of one that nobody was promised: the log is as it was.
      if (journal.equals(data.subarray(0, journal.length))) return report.verdict !== 'good' || report.unintegrated > 0;
      return report.verdict === 'good' || report.findings.length === 0;
    },
  );
  await rm(work, { recursive: true });
  return missed;
}

/** Flips bytes of a leaf, of its path, and of its index. */
export async function proofFlips(
  demo: DemoLog,
  proof: { index: number; hashes: readonly Uint8Array[]; checkpoint: string },
  count: number,
): Promise<string[]> {
  const next = seededNumbers('flips of a proof');
  const missed: string[] = [];
  for (let i = 0; i < count; i++) {
    const leaf = new Uint8Array(demo.leaf);
    const hashes = proof.hashes.map((hash) => new Uint8Array(hash));
    const target = [leaf, ...hashes][next() % (hashes.length + 1)]!;
    target[next() % target.length]! ^= 1 + (next() % 255);
    const code = await codeOf(verifyInclusion(leaf, { ...proof, hashes }, { logKey: demo.vkey }));
    if (code !== 'INCLUSION_INVALID') missed.push(`proof ${i}: ${code}`);
  }
  return missed;
}
