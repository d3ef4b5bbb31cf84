import { beforeAll, describe, expect, it } from 'vitest';
import {
  checkCopies,
  EXPORT_FORMATS,
  type ExportFormat,
  exportLine,
  MAX_FAULTS,
  type OpenedEntry,
  readOpened,
} from '../src/export.js';
import { generateLogKey } from '../src/index.js';
import { codeOf, ORIGIN } from './support/events.js';
import { type DemoLog, demoLog, FULL, OPTIONS, PATIENT } from './support/export/entries.js';

let demo: DemoLog;
let entries: OpenedEntry[];
const COUNT = 261;

beforeAll(async () => {
  demo = await demoLog('copies');
  const trap =
    'x cn1=9 cs1=evil index="9" leaf_hash="0" "index":9 <ParticipantObjectDetail type="index" value="OQ=="/>';
  await Promise.all(
    Array.from({ length: COUNT }, (_, i) =>
      demo.log.append(demo.make(i % 2 ? FULL : { type: 'image.export', reason: trap })),
    ),
  );
  await demo.log.integrate();
  entries = [];
  for await (const entry of readOpened(demo.source, ORIGIN, COUNT)) entries.push(entry);
});

const lines = (format: ExportFormat) =>
  entries.map((entry) => exportLine(entry, format, { ...OPTIONS, patientOf: () => PATIENT, nameOf: () => 'cn1=9' }));
const check = (copies: Iterable<string>, format: ExportFormat) =>
  checkCopies(copies, format, demo.source.reader, demo.source.policy);

describe('checkCopies', () => {
  it.each(EXPORT_FORMATS)('finds true copies true: %s', async (format) => {
    const report = await check(lines(format), format);
    expect(report).toEqual({
      origin: ORIGIN,
      size: COUNT,
      lines: COUNT,
      entries: COUNT,
      missing: [],
      faultCount: 0,
      faults: [],
    });
  });

  it.each(EXPORT_FORMATS)(
    'counts a copy that is there twice once, in any order, and tells what is lost: %s',
    async (format) => {
      const all = lines(format);
      const copies = [...all.slice(200), ...all.slice(3, 100), ...all.slice(50, 60), ...all.slice(0, 2)];
      const report = await check(copies, format);
      expect(report).toMatchObject({ entries: 160, faultCount: 0, lines: 170 });
      expect(report.missing).toEqual([
        { from: 2, to: 3 },
        { from: 100, to: 200 },
      ]);
    },
  );

  it.each(EXPORT_FORMATS)('finds a copy that was changed, moved, invented or torn: %s', async (format) => {
    const line = lines(format)[7]!;
    const other = entries[8]!;
    const made = (entry: OpenedEntry, origin = ORIGIN) => exportLine(entry, format, { ...OPTIONS, origin });
    const true7 = entries[7]!;
    const copies = [
      made({ ...true7, leaf: { ...true7.leaf, type: 'image.print' } }),
      made({ ...true7, leaf: { ...true7.leaf, id: other.leaf.id } }),
      made({ ...true7, leafHash: other.leafHash }),
      made({ ...true7, index: 8 }),
      made({ ...true7, index: COUNT }),
      made(true7, 'audit.other.example/2026'),
      line.slice(0, 100),
      '',
      'x'.repeat(200_000),
    ];
    const { faults, entries: good } = await check(copies, format);
    expect(faults.map(({ fault }) => fault)).toEqual([
      'altered',
      'altered',
      'altered',
      'altered',
      'not-in-log',
      'other-log',
      'unreadable',
      'unreadable',
      'unreadable',
    ]);
    expect(faults[4]).toEqual({ line: 5, fault: 'not-in-log', index: COUNT });
    expect(good).toBe(0);
  });

  it('takes no line of another format, and nothing that only looks like one', async () => {
    const ecs = lines('ecs')[0]!;
    for (const format of EXPORT_FORMATS)
      if (format !== 'ecs')
        expect((await check([ecs], format)).faults, format).toMatchObject([{ fault: 'unreadable' }]);
    for (const changed of [
      'null',
      '[]',
      '{}',
      '{"event":null}',
      ecs.replace(/"sequence":0/, '"sequence":-1'),
      ecs.replace(/"sequence":0/, '"sequence":0.5'),
    ])
      expect((await check([changed], 'ecs')).faults).toMatchObject([{ fault: 'unreadable' }]);
    const cef = lines('cef')[0]!;
    expect((await check([`${cef} cn1=0`], 'cef')).faults).toMatchObject([{ fault: 'unreadable' }]);
    expect((await check([cef.replace('cn1=0', 'cn1=00')], 'cef')).faults).toMatchObject([{ fault: 'unreadable' }]);
  });

  it('reads lines as they come, lists no more faults than it says, and counts them all', async () => {
    async function* endless() {
      for (let i = 0; i < MAX_FAULTS + 5; i++) yield 'nothing';
      yield* lines('syslog').slice(0, 1);
    }
    const report = await checkCopies(endless(), 'syslog', demo.source.reader, demo.source.policy);
    expect(report).toMatchObject({ faultCount: MAX_FAULTS + 5, entries: 1, lines: MAX_FAULTS + 6 });
    expect(report.faults).toHaveLength(MAX_FAULTS);
  });

  it('believes no log that its key has not signed, and no files that do not lead to its root', async () => {
    const [copy] = lines('ecs');
    const { vkey } = await generateLogKey(ORIGIN);
    expect(await codeOf(checkCopies([copy!], 'ecs', demo.source.reader, { logKey: vkey }))).toBe('CHECKPOINT_UNSIGNED');
    const damaged = (level: number | 'entries') => ({
      ...demo.source.reader,
      async readTile(tile: Parameters<typeof demo.source.reader.readTile>[0]) {
        const data = await demo.source.reader.readTile(tile);
        if (tile.level !== level || data === null) return data;
        const copied = new Uint8Array(data);
        copied[40]! ^= 1;
        return copied;
      },
    });
    for (const level of [0, 'entries'] as const)
      expect(await codeOf(checkCopies([copy!], 'ecs', damaged(level), demo.source.policy)), String(level)).toBe(
        'TILE_INVALID',
      );
    const empty = { ...demo.source.reader, readTile: async () => null };
    expect(await codeOf(checkCopies([copy!], 'ecs', empty, demo.source.policy))).toBe('TILE_INVALID');
  });
});
