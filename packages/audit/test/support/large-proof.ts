import { leafHash, rootFromInclusion } from '@wardseal/primitives';
import { seededRandom } from '@wardseal/testkit';
import { signCheckpoint, signText } from '../../src/cosignature.js';
import { memoryKeyStore, openLog, parsePolicy, type ReceiptExpectations } from '../../src/index.js';
import { formatNote, parseNote } from '../../src/note.js';
import { formatProof, parseProof } from '../../src/tlog-proof.js';
import { demoSigner, eventMaker, ORIGIN, START, testClock, UNWITNESSED } from './events.js';
import { memoryStore } from './memory-store.js';
import { cosigner } from './witnesses.js';

/** Entries of the log of `largeProof`. */
export const ENTRIES: number = 2 ** 20;
/** Where its entry stands. */
export const INDEX = 777_777;

/** A receipt as a log makes it, put where it would stand in a log of 2^20 entries, with the word of one witness. */
export async function largeProof(): Promise<{
  receipt: string;
  expected: ReceiptExpectations & { witnesses: ReturnType<typeof parsePolicy> };
}> {
  const nonce = seededRandom('nonce')(32);
  const { signer, vkey } = await demoSigner();
  const witness = await cosigner('witness.other-trust.example');
  const event = eventMaker('large')({
    reason: 'asked for by the on-call registrar',
    session: 'session-1',
    request: 'request-1',
  });
  const log = await openLog({
    origin: ORIGIN,
    store: memoryStore(),
    keys: memoryKeyStore(),
    signer,
    clock: testClock(),
    random: seededRandom('large'),
    unwitnessed: UNWITNESSED,
  });
  const own = parseProof((await log.append(event, { await: 'integrated', nonce })).receipt!);
  await log.close();
  // Any 20 hashes beside the way up belong to some log of that size: its root is where they lead.
  const hashes = Array.from({ length: 20 }, (_, i) => seededRandom(`sibling ${i}`)(32));
  const root = new Uint8Array(rootFromInclusion(INDEX, ENTRIES, leafHash(own.leaf), hashes)!);
  const note = parseNote(await signCheckpoint({ origin: ORIGIN, size: ENTRIES, root }, [signer], START))!;
  const cosignature = await signText(note.text, witness.signer, START);
  const checkpoint = formatNote({ text: note.text, signatures: [...note.signatures, cosignature] });
  return {
    receipt: formatProof({ ...own, index: INDEX, hashes, checkpoint }),
    expected: {
      logKey: vkey,
      witnesses: parsePolicy(`log ${vkey}\nwitness neighbour ${witness.vkey}\nquorum neighbour\n`),
      maxAge: 60_000,
      now: () => START + 1000,
      nonce,
      object: event.object!.id,
      actor: event.actor.id,
      headerDigest: null,
      type: 'image.view',
    },
  };
}
