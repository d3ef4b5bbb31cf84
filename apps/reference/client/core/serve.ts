import { releaseChallenge } from '@wardseal/crypto';
import { fromBase64url } from '@wardseal/primitives';
import type { Core, OpenedItem } from './core.js';
import { loadDirectory, setPin } from './directory.js';
import { CoreError } from './errors.js';
import type { Keeper } from './keeper.js';
import { answer, createKeys, protect, unlock } from './keys.js';
import type { ToPage, ToWorker, Verb } from './protocol.js';
import { type Call, myEntry, newSession, type Session } from './session.js';

type Verbs = { readonly [V in Verb]: (session: Session, args: Parameters<Core[V]>, call: Call) => unknown };

// Signing in needs directory and keys; pictures and their files are fetched while the inbox is being read.
const pictures = () => import('./prepare.js');
const sealing = () => import('./seal.js');
const opening = () => import('./open.js');
const witnesses = () => import('./witnessed.js');

const VERBS: Verbs = {
  pin: (session, [pin]) => setPin(session, pin),
  createKeys: (session, [link]) => createKeys(session, link),
  answer: (session, [challenge]) => answer(session, challenge),
  protect: (session, [by]) => protect(session, by),
  loadDirectory: (session, [snapshot]) => loadDirectory(session, snapshot),
  async unlock(session, [by]) {
    await unlock(session, by);
    // Whoever cannot fetch them now will be told so when they are needed.
    for (const part of [opening, witnesses, pictures, sealing]) void part().catch(() => undefined);
  },
  prepare: async (session, [file], call) => (await pictures()).prepare(session, file, call),
  drop: async (session, [picture]) => (await pictures()).drop(session, picture),
  seal: async (session, [request], call) => (await sealing()).seal(session, request, call),
  open: async (session, [request], call) => (await opening()).open(session, request, call),
  confirmWitnessed: async (session, [viewing, newer]) => (await witnesses()).confirmWitnessed(session, viewing, newer),
  releaseChallenge(session, [{ item, logEntry, nonce }]) {
    const { recipient } = myEntry(session);
    return releaseChallenge({ item, logEntry, nonce: fromBase64url(nonce) ?? new Uint8Array(0), recipient });
  },
};

/** Answers the page's calls. One worker, one person. */
export function serve(port: Pick<Worker, 'postMessage' | 'addEventListener'>): void {
  const send = (message: ToPage, transfer: Transferable[] = []): void => port.postMessage(message, transfer);
  const asked = new Map<number, (value: string | null) => void>();
  let asks = 0;
  const keeper: Keeper = {
    load: (name) =>
      new Promise((resolve) => {
        const ask = ++asks;
        asked.set(ask, resolve);
        send({ load: name, ask });
      }),
    save: (name, value) => send({ save: name, value }),
  };
  const session = newSession(keeper);
  const running = new Map<number, AbortController>();

  async function run(id: number, verb: Verb, args: readonly unknown[]): Promise<void> {
    const controller = new AbortController();
    running.set(id, controller);
    try {
      const act = VERBS[verb] as (session: Session, args: readonly unknown[], call: Call) => unknown;
      const call: Call = { signal: controller.signal, step: (step) => send({ at: id, step }) };
      const result = await act(session, args, call);
      const bitmap = (result as Partial<OpenedItem> | undefined)?.picture?.bitmap;
      send({ done: id, result }, bitmap === undefined ? [] : [bitmap]);
    } catch (error) {
      const { code, message } = fault(error);
      send({ failed: id, code, message });
    } finally {
      running.delete(id);
    }
  }

  port.addEventListener('message', (event) => {
    const data = (event as MessageEvent<ToWorker>).data;
    if ('call' in data) void run(data.call, data.verb, data.args);
    else if ('abort' in data) running.get(data.abort)?.abort();
    else {
      asked.get(data.kept)?.(data.value);
      asked.delete(data.kept);
    }
  });
}

/** What crosses to the page of an error: a code, and nothing of what caused it. */
function fault(error: unknown): Pick<CoreError, 'code' | 'message'> {
  if (error instanceof CoreError) return error;
  if (error instanceof DOMException && error.name === 'AbortError')
    return { code: 'ABORTED', message: 'the call was ended' };
  return { code: 'CORE_FAILED', message: error instanceof Error ? error.name : 'unknown' };
}
