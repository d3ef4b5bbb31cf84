import type { Server } from 'node:http';
import { join } from 'node:path';
import {
  parseEmergencyView,
  parseEnrolAnswer,
  parseEnrolRequest,
  parseItemCall,
  parseLetGo,
  parseLogged,
  parseNothing,
  parseRelease,
  parseReleaseOptions,
} from '../wire/custodian.js';
import { arrive } from './arrive.js';
import type { Custody } from './custody.js';
import { Enrolments } from './enrolments.js';
import { recordClient } from './fhir/record-client.js';
import { fileItem } from './file-item.js';
import { parseInvite } from './invite.js';
import { ItemNotes } from './item-notes.js';
import { Journal } from './journal.js';
import { oneAtATime } from './one-at-a-time.js';
import { refreshOwnEntry } from './refresh-own-entry.js';
import { Refusal } from './refusal.js';
import { Releases } from './release.js';
import { framed, serveVerbs, type Verb, verb } from './rpc.js';

/** How often the snapshot's age is looked at. */
const RENEW_EVERY = 3_600_000;

export interface CustodianOptions {
  readonly custody: Custody;
  /** The web server's way in. */
  readonly socketPath: string;
  /** Folder of the emergency journal, which the server reads when it merges. */
  readonly journalFolder: string;
  /** A line for the people who run it. Never about a patient. */
  readonly say: (line: string) => void;
}

/** A custodian that answers. */
export interface RunningCustodian {
  /** Links for those who have no keys yet. */
  readonly links: ReadonlyMap<string, string>;
  close(): Promise<void>;
}

/**
 * Starts the custodian of one trust: a socket for the web server, and one in its own folder for those who may ask for
 * enrolment links.
 */
export async function startCustodian(options: CustodianOptions): Promise<RunningCustodian> {
  const { custody, socketPath, journalFolder, say } = options;
  const { folder, organisation, keeper, staff, origin, now, trust, emergencySecret } = custody;
  await refreshOwnEntry(custody);
  const journal = new Journal({ folder: journalFolder, organisation, secret: emergencySecret });
  const notes = new ItemNotes(folder);
  const releases = new Releases(custody, journal, notes, say);
  const record = recordClient(custody.recordUrl);
  const enrolments = new Enrolments({
    keeper,
    staff,
    organisation,
    rootThumbprint: trust.rootThumbprint,
    origin,
    now,
    confirm: (person, key) =>
      say(
        `${organisation} ${person} enrolled, key ${key}: in the demo nobody compares it with the device; a trust has a second person do it`,
      ),
  });
  const one = oneAtATime();
  const bytes = (value: string) => new Uint8Array(Buffer.from(value, 'base64url'));
  const verbs: Readonly<Record<string, Verb>> = {
    snapshot: verb(parseNothing, () => keeper.answer()),
    rota: verb(parseNothing, () => custody.rota),
    'log/pending': verb(parseNothing, () => keeper.pending()),
    'log/done': verb(parseLogged, async ({ ids }) => {
      await keeper.logged(ids);
      return {};
    }),
    'enrol/request': verb(parseEnrolRequest, async ({ person, request }) => {
      const challenge = await enrolments.request(person, bytes(request));
      return { challenge: Buffer.from(challenge).toString('base64url') };
    }),
    'enrol/answer': verb(parseEnrolAnswer, async ({ person, answer }) => ({
      epoch: await enrolments.answer(person, bytes(answer)),
    })),
    // One picture at a time: each is in memory whole, opened.
    arrive: framed(parseItemCall, (call, payload) => one(() => arrive(custody, notes, call, payload))),
    file: framed(parseItemCall, (call, payload) => one(() => fileItem(custody, record, notes, call, payload))),
    'release/options': verb(parseReleaseOptions, (call) => releases.options(call)),
    release: verb(parseRelease, (call) => releases.release(call)),
    'let-go': verb(parseLetGo, (call) => releases.letGo(call)),
    'emergency/view': verb(parseEmergencyView, (call) => releases.emergencyView(call)),
    'journal/turn': verb(parseNothing, () => journal.turn()),
  };
  const failed = (name: string, error: unknown) => say(`${organisation} ${name} failed: ${nameOf(error)}`);
  const invite = verb(parseInvite, ({ person }) => {
    const link = enrolments.invite(person);
    if (link === null) throw new Refusal(404, 'NOT_FOUND', 'There is nobody of that id');
    return { link };
  });
  const own = await serveVerbs(join(folder, 'own.sock'), { invite }, failed);
  const server = await serveVerbs(socketPath, verbs, failed);
  const renew = setInterval(() => keeper.renew().catch((error) => failed('renewal', error)), RENEW_EVERY);
  renew.unref();
  const links = new Map<string, string>();
  for (const { id } of staff) {
    const link = keeper.directory.person(id, keeper.seconds()) === null ? enrolments.invite(id) : null;
    if (link !== null) links.set(id, link);
  }
  return {
    links,
    async close() {
      clearInterval(renew);
      await Promise.all([stop(server), stop(own)]);
      await journal.close();
    },
  };
}

/** The kind of a failure and its code: a message may repeat what came in. */
function nameOf(error: unknown): string {
  const { name = 'error', code, cause } = (error ?? {}) as { name?: string; code?: unknown; cause?: unknown };
  const known = typeof code === 'string' ? `${name} ${code}` : name;
  return cause === undefined ? known : `${known} (${nameOf(cause)})`;
}

function stop(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
