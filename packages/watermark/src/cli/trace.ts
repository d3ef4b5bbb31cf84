import { createRequire } from 'node:module';
import {
  type Command,
  command,
  type Options,
  OUTPUT,
  progressLine,
  type Result,
  UsageError,
  type Values,
} from '@wardseal/primitives/cli';
import { evidenceRecord } from '../record/evidence-record.js';
import { evidenceReport } from '../report/evidence-report.js';
import { findingOf, type Outcome } from '../report/finding.js';
import { budget, KEY, LAYER, layerOf, needed, nobodysNumber, opaqueId, whole, withSecret } from './asked.js';
import { compared } from './compared.js';
import { cornersOf } from './corners.js';
import { EXIT } from './exits.js';
import { idLines } from './lines.js';
import { commandLine } from './repeat.js';
import { asThen, earlier, held, into, keeping, RECORD, runtime } from './trace-record.js';
import { traceWords } from './trace-words.js';

const EXITS: Readonly<Record<Outcome, number>> = {
  match: EXIT.yes,
  several: EXIT.yes,
  consistent: EXIT.no,
  none: EXIT.no,
  unregistered: EXIT.unknown,
  unsound: EXIT.unknown,
};

const TRACE = {
  output: { ...OUTPUT.output, help: 'write the evidence report here, for its owner alone' },
  force: OUTPUT.force,
  ...KEY,
  original: { kind: 'text', value: 'FILE', help: 'the unmarked picture or video, from the record' },
  candidates: { kind: 'text', value: 'FILE', help: 'viewing ids, one a line; # begins a comment' },
  field: {
    kind: 'text',
    value: 'NAME',
    help: 'the candidates are JSON lines: the member that holds the id, as entry.id',
  },
  ...LAYER,
  corners: {
    kind: 'text',
    value: 'X,Y,...',
    help: "where the original's top left, top right, bottom right and bottom left lie in the copy",
  },
  decoys: { kind: 'text', value: 'N', help: 'controls, 1,000 to 1,000,000; 10,000 without it' },
  budget: { kind: 'text', value: 'TIME', help: 'when to give up, as 60s' },
  organisation: { kind: 'text', value: 'NAME', help: 'who makes the report' },
  reference: { kind: 'text', value: 'TEXT', help: 'the case; name nobody in it' },
  at: { kind: 'text', value: 'TIME', help: "the report's moment in UTC, as 2026-03-01T09:00:00Z; now without it" },
  ...RECORD,
  'no-pictures': { kind: 'flag', help: 'leave the pictures out of the report' },
} as const satisfies Options;

const tracing: Command = command({
  usage: 'trace --secret FILE --image ID --original FILE --candidates FILE [-o report.html] SUSPECT',
  about: `Says which of the viewings that the access log lists a leaked copy comes from. With -o it writes the evidence report: one
file, as confidential as the picture, for the people who have to decide. Exit code 0: somebody's viewing is named; 1: nobody's; 2:
no answer, such as a copy that could not be laid over the original (--corners helps). With --against: 0 when the same question was
asked and the same found, 1 when not.`,
  examples: [
    [
      'trace --secret watermark.key --image img-7f3a --original original.jpg --candidates viewings.txt -o report.html leak.jpg',
      'with the ids of all viewings of this picture, one a line',
    ],
    [
      'trace --secret watermark.key --image img-7f3a --original original.jpg --candidates export.jsonl --field event_id leak.jpg',
      'with an export of the log in JSON lines',
    ],
    [
      'trace --secret watermark.key --original original.jpg --candidates viewings.txt --against record.json leak.jpg',
      'a second person repeats the work of a record, made with --record record.json',
    ],
    [
      'trace --secret watermark.key --image vid-19c2 --original gait.mp4 --candidates viewings.txt leak.mp4',
      'a video, or a still out of it; needs ffmpeg',
    ],
    [
      'trace ... --corners=-12,88,1490,131,1473,1102,97,1060 photo-of-screen.jpg',
      "the original's corners in the copy, read off by hand",
    ],
  ],
  options: TRACE,
  operands: [1, 1],
  named: 'suspect',
  payload: false,
  async run(values, [suspect]) {
    if (values.output === '-') throw new UsageError('the report goes into a file: give -o a name');
    if (values.record === '-') throw new UsageError('the record goes into a file: give --record a name');
    const { output, record, force } = values;
    return into(record, force, (writeRecord) =>
      into(output, force, (write) => traced(values, suspect!, write, writeRecord)),
    );
  },
});

async function traced(
  given: Values<typeof TRACE>,
  path: string,
  write?: (text: string) => Promise<void>,
  writeRecord?: (text: string) => Promise<void>,
): Promise<Result> {
  const then = await earlier(given.against);
  const values = asThen(given, then);
  const { corners, decoys, field } = values;
  const imageId = opaqueId(values.image, 'image');
  nobodysNumber(values.organisation, 'organisation');
  nobodysNumber(values.reference, 'reference');
  const candidates = idLines(needed(values.candidates, 'candidates'), 'the candidates', field);
  const pair = await compared(path, needed(values.original, 'original'));
  const list = keeping(candidates.ids);
  const bar = progressLine('tracing', 100, stage);
  const { fileHashes } = pair;
  const { organisation, reference } = values;
  const madeAt = values.at ?? `${new Date().toISOString().slice(0, 19)}Z`;
  const about = {
    madeAt,
    imageId,
    fileHashes,
    ...(organisation !== undefined && { organisation }),
    ...(reference !== undefined && { reference }),
  };
  const asked = {
    ...(corners !== undefined && { corners: cornersOf(corners) }),
    ...(decoys !== undefined && { decoys: whole(decoys, 'decoys') }),
    ...(values.budget !== undefined && { budgetMs: budget(values.budget) }),
  };
  const { report, made } = await withSecret(values.secret, async (keyOf) => {
    const key = keyOf(imageId);
    const report = await pair.trace({
      ...asked,
      key,
      candidates: list.ids,
      layer: layerOf(values.layer),
      onProgress: (done) => bar.at(Math.round(100 * done)),
    });
    if (writeRecord === undefined && then === undefined) return { report };
    const program = { name: '@wardseal/watermark', version: version() };
    const versions = [...runtime(), ...(await pair.readers())];
    const problems = pair.problems();
    const options = { ...about, ...asked, problems, key, candidates: list.kept, program, runtime: versions };
    return { report, made: await evidenceRecord(report, options) };
  }).finally(() => bar.clear());
  if (writeRecord !== undefined && made !== undefined) await writeRecord(made.text);
  const finding = findingOf(report);
  if (write !== undefined) {
    const pictures = values['no-pictures'] ? undefined : await pair.pictures(report);
    const text = evidenceReport(report, {
      ...about,
      problems: pair.problems(),
      command: repeated({ ...values, at: madeAt }, path),
      program: `wardseal-watermark ${version()}`,
      ...(pictures && { pictures }),
      ...(writeRecord !== undefined && made !== undefined && { record: made.digest }),
    });
    await write(text);
  }
  const without = candidates.without();
  const again = then === undefined || made === undefined ? undefined : held(then.record, made.record);
  return {
    facts: {
      outcome: finding.outcome,
      ...report,
      fileHashes,
      problems: pair.problems(),
      linesWithoutField: without,
      ...(made && { recordDigest: made.digest }),
      ...(again && { against: again.comparison }),
    },
    words: [
      ...(without === 0 ? [] : [`candidates  ${without} lines hold no ${field}`]),
      ...pair.problems().map((words) => `note        ${words}`),
      ...traceWords(report, finding),
      ...(again?.words ?? []),
    ],
    exit: again?.exit ?? EXITS[finding.outcome],
  };
}

/** The command that writes the same file again, byte for byte. */
function repeated(values: Values<typeof TRACE>, path: string): string {
  const { force, ...rest } = values;
  const asked = Object.keys(TRACE).map((name) => [name, rest[name as keyof typeof rest]]);
  return commandLine(['trace'], Object.fromEntries(asked), path);
}

/** Laying the copy on the original comes first, then the list and its controls are scored. */
function stage(done: number): string {
  return `${done} %, ${done < 40 ? 'laying the copy on the original' : 'scoring'}`;
}

function version(): string {
  const manifest = createRequire(import.meta.url)('@wardseal/watermark/package.json') as { readonly version: string };
  return manifest.version;
}

export const verbs: Readonly<Record<string, Command>> = { '': tracing };
