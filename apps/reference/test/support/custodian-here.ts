import { rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { arrive } from '../../src/custodian/arrive.js';
import { openCustody } from '../../src/custodian/custody.js';
import { ItemNotes } from '../../src/custodian/item-notes.js';
import { Journal } from '../../src/custodian/journal.js';
import { Refusal } from '../../src/custodian/refusal.js';
import { Releases } from '../../src/custodian/release.js';
import { decodeFrame } from '../../src/wire/frame.js';

export interface Custodian {
  /** How filing is answered: null refuses as an absent record does. */
  record: { reference: string } | null;
  close(): Promise<void>;
}

export async function runCustodian(options: {
  readonly dataDir: string;
  readonly organisation: string;
  readonly origin: string;
}): Promise<Custodian> {
  const { dataDir, organisation, origin } = options;
  const folder = join(dataDir, 'custodian', organisation);
  const custody = await openCustody({ folder, origin, recordUrl: 'http://127.0.0.1:9' });
  const journal = new Journal({
    folder: join(dataDir, 'emergency', organisation),
    organisation,
    secret: custody.emergencySecret,
  });
  const notes = new ItemNotes(folder);
  const releases = new Releases(custody, journal, notes);
  const state: { record: Custodian['record'] } = { record: { reference: 'DocumentReference/1' } };
  const verbs: Record<string, (json: never, bytes: Uint8Array) => unknown> = {
    snapshot: () => custody.keeper.answer(),
    rota: () => custody.rota,
    'log/pending': () => custody.keeper.pending(),
    'log/done': ({ ids }: { ids: string[] }) => custody.keeper.logged(ids).then(() => ({})),
    arrive: (call, bytes) => arrive(custody, notes, call, bytes),
    async file({ item }: { item: string }) {
      if (state.record === null) throw new Refusal(503, 'RECORD_DOWN', 'no record');
      const note = (await notes.read(item))!;
      const filed = { ...state.record, acknowledgedAt: new Date().toISOString() };
      await notes.write(item, { ...note, filed });
      return filed;
    },
    'release/options': (call) => releases.options(call),
    release: (call) => releases.release(call),
    'let-go': (call) => releases.letGo(call),
    'emergency/view': (call) => releases.emergencyView(call),
    'journal/turn': () => journal.turn(),
  };
  const server = createServer(async (request, response) => {
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part as Buffer);
    const body = new Uint8Array(Buffer.concat(parts));
    const framed = request.headers['content-type'] === 'application/octet-stream';
    const { json, bytes } = framed
      ? decodeFrame(body)
      : { json: JSON.parse(Buffer.from(body).toString()), bytes: new Uint8Array() };
    try {
      response.end(JSON.stringify((await verbs[request.url!.slice(1)]!(json as never, bytes)) ?? null));
    } catch (error) {
      const refusal = error instanceof Refusal ? error : new Refusal(500, 'INTERNAL', String(error));
      response.statusCode = refusal.status;
      response.end(JSON.stringify(refusal.body()));
    }
  });
  const path = join(dataDir, 'run', `${organisation}.sock`);
  const { mkdir } = await import('node:fs/promises');
  await mkdir(join(dataDir, 'run'), { recursive: true });
  await rm(path, { force: true });
  await new Promise<void>((resolve) => server.listen(path, resolve));
  return Object.assign(state, {
    close: async () => {
      await journal.close();
      await new Promise((resolve) => server.close(resolve));
    },
  });
}
