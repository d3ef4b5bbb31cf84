import {
  type Command,
  command,
  counted,
  OUTPUT,
  objectOf,
  progressLine,
  readText,
  UsageError,
} from '@wardseal/primitives/cli';
import type { Cursor, CursorStore } from '../export/cursor.js';
import { type ExportBatch, exporter } from '../export/exporter.js';
import { fileCursor } from '../export/file-cursor.js';
import { fileSink } from '../export/file-sink.js';
import { EXPORT_FORMATS, type ExportFormat } from '../export/format.js';
import type { ExportSource } from '../export/options.js';
import { syslogSink } from '../export/syslog-sink.js';
import { namesIn, SOURCES, sourcesOf } from './sources.js';
import { untilStopped } from './until-stopped.js';

const exportLog: Command = command({
  usage:
    'export --log FOLDER --secrets FOLDER --key KEY --format FORMAT --source FILE [--cursor FILE] [--follow] [-o FILE]',
  about: `Writes the log's entries for another system, one line each with its place in the log, so that the copy can be checked against
it. -o appends. With --cursor the next run goes on where this one ended, and a crash means that some lines come twice, never that
one is missing.`,
  examples: [
    [
      'export --log /srv/audit/2026 --secrets keys --format ecs --source system.json --cursor siem.cursor --follow -o siem.ndjson',
      'for a SIEM that reads a file',
    ],
  ],
  options: {
    output: { ...OUTPUT.output, help: 'append to this file; stdout without it' },
    ...SOURCES,
    format: { kind: 'text', value: 'FORMAT', help: EXPORT_FORMATS.join(', ') },
    source: { kind: 'object', value: 'FILE', help: 'this system: {"id":"wardseal.trust.example","url":"https://..."}' },
    names: { kind: 'object', value: 'FILE', help: 'names of people: {"RX1":{"person-17":"Dr Rowan Moss"}}' },
    'enterprise-number': {
      kind: 'text',
      value: 'N',
      help: "the trust's private enterprise number, for syslog and atna",
    },
    syslog: { kind: 'text', value: 'HOST:PORT', help: 'send to this collector over TLS: syslog, atna or cef' },
    ca: { kind: 'text', value: 'FILE', help: "whom to trust there, in PEM; the system's own list without it" },
    cert: { kind: 'text', value: 'FILE', help: 'our certificate, where the collector wants one' },
    'cert-key': { kind: 'text', value: 'FILE', help: 'its private key' },
    cursor: { kind: 'text', value: 'FILE', help: 'how far earlier runs got' },
    follow: { kind: 'flag', help: 'go on until stopped' },
  },
  operands: [0, 0],
  payload: true,
  async run(values) {
    const { format } = values;
    if (format === undefined || !EXPORT_FORMATS.includes(format as ExportFormat))
      throw new UsageError(`--format takes one of: ${EXPORT_FORMATS.join(', ')}`);
    const system = await objectOf(values.source, 'the source');
    if (system === undefined) throw new UsageError('which system exports is missing: --source');
    const nameOf = namesIn(await objectOf(values.names, 'the names'));
    const { sources, unpinned } = await sourcesOf(values);
    if (sources.length !== 1) throw new UsageError('an export is of one log');
    const number = values['enterprise-number'];
    const bar = progressLine('exported', undefined, counted('entries'));
    const sink = await sinkOf(values);
    let done = 0;
    const running = exporter({
      source: sources[0]!,
      format: format as ExportFormat,
      options: {
        // The package looks at its shape.
        source: system as unknown as ExportSource,
        ...(nameOf && { nameOf: ({ id }, org) => nameOf(id, org) ?? null }),
        ...(number !== undefined && { enterpriseNumber: Number(number) }),
      },
      cursor: values.cursor === undefined ? forgetful() : fileCursor(values.cursor),
      async deliver(batch) {
        await sink(batch);
        done += batch.to - batch.from;
        bar.at(done);
      },
    });
    try {
      if (values.follow) {
        await untilStopped((signal) => {
          signal.addEventListener('abort', () => void running.stop());
          return running.run();
        });
      } else await running.drain();
    } finally {
      bar.clear();
    }
    const told = unpinned.map((origin) => `key of ${origin} taken from beside the log: give --key`);
    return { facts: { entries: done, format, unpinned }, words: [`${done} entries exported`, ...told] };
  },
});

async function sinkOf(values: {
  readonly output: string | undefined;
  readonly syslog: string | undefined;
  readonly ca: string | undefined;
  readonly cert: string | undefined;
  readonly 'cert-key': string | undefined;
}): Promise<(batch: ExportBatch) => Promise<void>> {
  const { output, syslog } = values;
  if (syslog === undefined) return output === undefined || output === '-' ? toStdout : fileSink(output).deliver;
  if (output !== undefined) throw new UsageError('either --output or --syslog');
  const [, host, port] = /^\[?([^\]]+?)\]?:(\d{1,5})$/.exec(syslog) ?? [];
  if (host === undefined || port === undefined) throw new UsageError('--syslog takes HOST:PORT');
  const pem = async (path: string | undefined) => (path === undefined ? undefined : readText(path, 'the certificate'));
  const [ca, cert, key] = [await pem(values.ca), await pem(values.cert), await pem(values['cert-key'])];
  const tls = {
    ...(ca !== undefined && { ca }),
    ...(cert !== undefined && { cert }),
    ...(key !== undefined && { key }),
  };
  return syslogSink({ host, port: Number(port), tls }).deliver;
}

async function toStdout({ lines }: ExportBatch): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    process.stdout.write(lines.map((line) => `${line}\n`).join(''), (error) => (error ? reject(error) : resolve()));
  });
}

function forgetful(): CursorStore {
  let kept: Cursor | null = null;
  return {
    load: async () => kept,
    save: async (cursor) => {
      kept = cursor;
    },
  };
}

export const verbs: Readonly<Record<string, Command>> = { '': exportLog };
