import { createReadStream } from 'node:fs';
import { buffer } from 'node:stream/consumers';
import { MAX_BYTES } from '../../client/picture/limits.js';
import { PictureError } from '../../client/picture/picture-error.js';
import { OUTPUT, writeArtefacts } from './artefacts.js';
import { mainJob } from './main-job.js';
import type { PhotographWords } from './report-of.js';
import { type Screen, Steps, time } from './steps.js';

const USAGE = 'usage: npm run demo [PHOTO]   (PHOTO: a JPEG or PNG; without it the fundus photograph is used)';

/** Runs the demo as a command: prints each step and leaves its artefacts in demo-output/. Returns the exit code. */
export async function runDemo(
  words: readonly string[],
  given: {
    readonly sample: PhotographWords & { readonly read: () => Promise<Uint8Array> };
    readonly screen: Screen;
    readonly output: string;
  },
): Promise<number> {
  const { screen } = given;
  const say = (line: string): void => screen.write(`${line}\n`);
  if (words.length > 1 || words.some((word) => word.startsWith('-'))) {
    say(USAGE);
    return words.includes('--help') || words.includes('-h') ? 0 : 2;
  }
  const started = performance.now();
  say('\nWardseal demo. All people are invented, and so is the patient.\n');
  try {
    const chosen = words[0] !== undefined;
    const photo = chosen ? await readPhoto(words[0]!) : await given.sample.read();
    const about = chosen ? { description: 'a photograph you chose' } : given.sample;
    const steps = new Steps(screen);
    await writeArtefacts(given.output, steps, about, (log) => mainJob(photo, log, steps));
    say(`\nDone in ${time(performance.now() - started)}. Look at ${OUTPUT}/report.html`);
    return 0;
  } catch (error) {
    // A path or a picture may hold a patient's name: only codes and our own words are shown.
    if (error instanceof PictureError) say(`\n${error.advice} (${error.code})`);
    else if (error instanceof NotReadable) say(`\nThis file cannot be read. (${error.code})`);
    else if (isCoded(error)) say(`\nThe demo stopped, and left nothing: ${error.message} (${error.code})`);
    else throw error;
    return 1;
  }
}

/** An error of the packages or of the system (a full disk): both say what happened without saying whose. */
function isCoded(error: unknown): error is Error & { code: string } {
  return error instanceof Error && /^[A-Z][A-Z_]+$/.test(String((error as { code?: unknown }).code));
}

class NotReadable extends Error {
  readonly code: string;
  constructor(cause: unknown) {
    super('file cannot be read', { cause });
    this.code = String((cause as { code?: unknown }).code ?? 'UNKNOWN');
  }
}

async function readPhoto(path: string): Promise<Uint8Array> {
  try {
    // One byte more than is taken, so that `strip` refuses it: a film or an endless device is not read whole.
    return await buffer(createReadStream(path, { end: MAX_BYTES }));
  } catch (cause) {
    throw new NotReadable(cause);
  }
}
