import { cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { seededNumbers } from '@wardseal/testkit';
import { fileKeyStore, folderReader } from '../../src/file-store.js';
import { type AuditReport, auditLog, verifyInclusion, verifyReceipt } from '../../src/index.js';
import { codeOf, demoSigner, eventMaker } from './events.js';
import { openIn } from './folder.js';

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

/**
 * Flips one byte of files of a class, `count` times in a copy of the log, and gives what went unnoticed.
 */
export async function flips(folder: string, demo: DemoLog, name: string, count: number): Promise<string[]> {
  const files = classesOf(demo.files)[name]!;
  const next = seededNumbers(`flips ${name}`);
  const missed: string[] = [];
  const work = await mkdtemp(join(tmpdir(), 'wardseal-audit-'));
  await cp(folder, work, { recursive: true });
  const originals = new Map<string, Uint8Array>();
  for (const file of files) originals.set(file, await readFile(join(work, 'log', file)));
  for (let i = 0; i < count; i++) {
    const file = files[next() % files.length]!;
    const damaged = new Uint8Array(originals.get(file)!);
    const at = next() % damaged.length;
    damaged[at]! ^= 1 + (next() % 255);
    await writeFile(join(work, 'log', file), damaged);
    // Without the secrets: what the public files and the journal's own checks show.
    const reader = await folderReader(join(work, 'log'));
    const { verdict, findings } = await auditLog(reader, { logKey: demo.vkey });
    if (verdict === 'good' || findings.length === 0) missed.push(`${file} byte ${at}`);
    await writeFile(join(work, 'log', file), originals.get(file)!);
  }
  await rm(work, { recursive: true });
  return missed;
}

/** Flips bytes of the receipt, and of an inclusion proof taken apart. */
export async function textFlips(demo: DemoLog, count: number): Promise<string[]> {
  const next = seededNumbers('flips of text');
  const whole = new TextEncoder().encode(demo.receipt);
  const missed: string[] = [];
  for (let i = 0; i < count; i++) {
    const damaged = new Uint8Array(whole);
    const at = next() % damaged.length;
    damaged[at]! ^= 1 + (next() % 255);
    const code = await codeOf(
      verifyReceipt(damaged, {
        logKey: demo.vkey,
        nonce: demo.nonce,
        object: demo.event.object!.id,
        actor: demo.event.actor.id,
        headerDigest: null,
        type: 'image.view',
      }),
    );
    if (!/_/.test(code)) missed.push(`receipt byte ${at}: ${code}`);
  }
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
