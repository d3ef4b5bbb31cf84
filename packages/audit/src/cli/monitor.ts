import { existsSync } from 'node:fs';
import {
  type Command,
  command,
  counted,
  jsonLine,
  objectOf,
  progressLine,
  UsageError,
  visible,
  writeOutput,
} from '@wardseal/primitives/cli';
import type { MonitorReport, MonitorState } from '../monitor/monitor-report.js';
import { monitor } from '../monitor.js';
import { verdictOf } from '../verdict-of.js';
import { checkpointFacts } from './checkpoint-facts.js';
import { countedReader } from './counted-reader.js';
import { EXIT } from './exits.js';
import { openFiles } from './log-files.js';
import { duration, iso } from './times.js';
import { neededTrust, TRUST } from './trust.js';
import { untilStopped } from './until-stopped.js';

// Alerts kept for the exit code of a run without end.
const MAX_KEPT = 1000;

const watch: Command = command({
  usage: 'monitor --key KEY [--policy FILE --max-age TIME] [--state FILE] [--every TIME] [--evidence FILE] FOLDER|URL',
  about: `Watches a log from outside: is it there, signed, cosigned and fresh, does it only grow, and are its entries those of its signed
root. It looks once and exits with 0, or with 1 when something is wrong; with --every it looks again and again. --state keeps where
it stands: without it every look begins anew and no rollback can be seen.`,
  examples: [
    [
      'monitor --key trust.vkey --policy policy --max-age 15m --state trust.state https://audit.trust.example/2026/',
      'from cron',
    ],
  ],
  options: {
    ...TRUST,
    state: { kind: 'text', value: 'FILE', help: 'keep here what was seen' },
    every: { kind: 'text', value: 'TIME', help: 'look again after this long, as 1m, until stopped' },
    evidence: { kind: 'text', value: 'FILE', help: 'write the evidence of a split view here' },
  },
  operands: [1, 1],
  named: 'log',
  payload: false,
  async run(values, [where]) {
    const { state: path } = values;
    const { reader } = await openFiles(where);
    const { policy } = await neededTrust(values);
    const kept = path === undefined || !existsSync(path) ? undefined : await objectOf(path, 'the state');
    const bar = progressLine('looking', undefined, counted('tiles'));
    const watching = monitor(countedReader(reader, bar.at), policy, {
      state: kept === undefined ? null : stateIn(kept),
      save: async (state) => {
        if (path === undefined) return;
        const place = { path, force: true, secret: true, content: 'safe' } as const;
        await writeOutput(place, (file) => file.write(`${JSON.stringify(state)}\n`));
      },
    });
    if (values.every === undefined) {
      const look = await watching.look().finally(bar.clear);
      await keepEvidence(look, values.evidence);
      return { facts: factsOf(look), words: wordsOf(look), exit: exitOf(look.alerts) };
    }
    const every = duration(values.every, 'every');
    const alerts: MonitorReport['alerts'][number][] = [];
    let looks = 0;
    await untilStopped(async (signal) => {
      for await (const look of watching.follow({ every, signal })) {
        bar.clear();
        print(look, values.json);
        alerts.push(...look.alerts.slice(0, MAX_KEPT - alerts.length));
        looks++;
        await keepEvidence(look, values.evidence);
      }
    });
    return { facts: { looks, alerts: alerts.length }, words: [], exit: exitOf(alerts) };
  },
});

function stateIn(kept: object): MonitorState {
  const { checkpoint, next, quorumSeen } = kept as Partial<MonitorState>;
  if (typeof checkpoint !== 'string' || typeof next !== 'number' || typeof quorumSeen !== 'number')
    throw new UsageError('the state is not one of a monitor');
  return { checkpoint, next, quorumSeen };
}

async function keepEvidence({ alerts }: MonitorReport, path: string | undefined): Promise<void> {
  const evidence = alerts.find((alert) => alert.evidence !== undefined)?.evidence;
  if (evidence === undefined || path === undefined) return;
  await writeOutput({ path, force: true, content: 'safe' }, (file) => file.write(evidence));
}

/** Something is false, or only something could not be seen. */
function exitOf(alerts: MonitorReport['alerts']): number {
  if (alerts.length === 0) return EXIT.good;
  const unseen = alerts.every(({ code }) => code !== 'CLOCK_SKEW' && verdictOf(code) === 'unknown');
  return unseen ? EXIT.unknown : EXIT.tampered;
}

function factsOf({ checkpoint, entries, alerts }: MonitorReport): object {
  return { at: iso(Date.now()), checkpoint: checkpoint && checkpointFacts(checkpoint), entries, alerts };
}

function wordsOf({ checkpoint, entries, alerts }: MonitorReport): string[] {
  const size = checkpoint
    ? `${checkpoint.size} entries, ${checkpoint.cosignatures.length} witnesses`
    : 'nothing to be seen';
  return [
    `${iso(Date.now())}  ${size}, ${entries} new`,
    ...alerts.map(
      ({ code, message, index }) => `ALERT ${code}  ${message}${index === undefined ? '' : ` at entry ${index}`}`,
    ),
  ];
}

/** A look of many is told at once. */
function print(report: MonitorReport, json: boolean): void {
  process.stdout.write(json ? jsonLine(factsOf(report)) : `${wordsOf(report).map(visible).join('\n')}\n`);
}

export const verbs: Readonly<Record<string, Command>> = { '': watch };
