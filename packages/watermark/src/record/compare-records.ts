import { canonicalJson } from '@wardseal/primitives';
import type { EvidenceRecord, RecordHit, Version } from './record.js';

/** Scores that differ by no more are the same: both are rounded to two decimals. */
const SAME_SCORE = 0.0101;

/** One thing that is not the same in two records. */
export interface Difference {
  /** 'inputs', 'list', 'key' and 'parameters' make another question of it; 'findings' another answer; 'program' may explain one. */
  readonly part: 'inputs' | 'list' | 'key' | 'parameters' | 'program' | 'findings';
  /** For people. */
  readonly words: string;
}

export interface Comparison {
  /** Whether both traces had the same samples, list, key and parameters. */
  readonly sameQuestion: boolean;
  /** Whether both came to the same: the same outcome, the same viewings with the same verdicts, and scores that agree. */
  readonly sameFindings: boolean;
  readonly differences: readonly Difference[];
}

/**
 * Holds a repeated trace against an earlier one. Who made either record, when and under which reference does not matter.
 *
 * @param then the earlier record.
 * @param now the repetition.
 * @example
 * const { sameQuestion, sameFindings, differences } = compareRecords(then.record, now.record);
 */
export function compareRecords(then: EvidenceRecord, now: EvidenceRecord): Comparison {
  const differences: Difference[] = [
    ...inputs(then, now),
    ...list(then, now),
    ...unlike('key', then.keyCommitment, now.keyCommitment, () => 'another key: the secret or the id is another'),
    ...parameters(then, now),
    ...versions(then, now),
    ...findings(then, now),
  ];
  const none = (...parts: readonly Difference['part'][]): boolean =>
    !differences.some(({ part }) => parts.includes(part));
  return {
    sameQuestion: none('inputs', 'list', 'key', 'parameters'),
    sameFindings: none('findings'),
    differences,
  };
}

function unlike<T>(part: Difference['part'], then: T, now: T, words: (then: T, now: T) => string): Difference[] {
  return canonicalJson(then) === canonicalJson(now) ? [] : [{ part, words: words(then, now) }];
}

function inputs(a: EvidenceRecord, b: EvidenceRecord): Difference[] {
  const [then, now] = [a.inputs, b.inputs];
  return (['suspect', 'original'] as const).flatMap((one): Difference[] => {
    const name = one === 'suspect' ? 'copy' : 'original';
    const [fileThen, fileNow] = [then[`${one}File`], now[`${one}File`]];
    const sameFile = fileThen !== null && fileThen === fileNow;
    if (then[one] === now[one]) {
      // No frame of a video was used: what identifies frames says nothing.
      const unread = a.video?.frames.used.length === 0 && b.video?.frames.used.length === 0;
      if (!unread || sameFile) return [];
      return [{ part: 'inputs', words: `no frame of the ${name} was used, and it is not known to be the same file` }];
    }
    const words = !sameFile
      ? `the ${name} is another one: its samples are not the same`
      : sameTimes(a, b, one)
        ? `the ${name} is the same file, and was read to other samples: compare the versions of what read it`
        : `the ${name} is the same file, but other frames of it were used`;
    return [{ part: 'inputs', words }];
  });
}

/** A video is known by the frames of it that were used, and another copy shows other moments of its original. */
function sameTimes(a: EvidenceRecord, b: EvidenceRecord, one: 'suspect' | 'original'): boolean {
  const times = ({ video }: EvidenceRecord): string =>
    canonicalJson(video?.frames.used.map((frame) => frame[one]) ?? null);
  return times(a) === times(b);
}

function list({ candidates: then }: EvidenceRecord, { candidates: now }: EvidenceRecord): Difference[] {
  if (then.count !== now.count) return [{ part: 'list', words: `the list held ${then.count} ids, now ${now.count}` }];
  return unlike('list', then.digest, now.digest, () => 'the list holds other ids');
}

function parameters(then: EvidenceRecord, now: EvidenceRecord): Difference[] {
  const part = 'parameters';
  const was = (what: string) => (a: unknown, b: unknown) => `${what} was ${a}, now ${b}`;
  const given = (value: unknown): string => (value === null ? 'not given' : 'given');
  return [
    ...unlike(part, then.algorithm, now.algorithm, was('the algorithm')),
    ...unlike(part, then.layer, now.layer, was('the layer')),
    ...unlike(part, then.parameters.decoys, now.parameters.decoys, was('the number of controls')),
    ...unlike(part, then.parameters.corners, now.parameters.corners, (a, b) =>
      a !== null && b !== null
        ? 'the corners given by hand are others'
        : `corners by hand were ${given(a)}, now ${given(b)}`,
    ),
  ];
}

function versions(then: EvidenceRecord, now: EvidenceRecord): Difference[] {
  const named = ({ name, version }: Version): string => `${name} ${version}`;
  const program = unlike(
    'program',
    then.program,
    now.program,
    (a, b) => `the program was ${named(a)}, now ${named(b)}`,
  );
  const before = new Map(then.runtime.map(({ name, version }) => [name, version]));
  const after = new Map(now.runtime.map(({ name, version }) => [name, version]));
  const runtime = [...new Set([...before.keys(), ...after.keys()])].flatMap((name) =>
    unlike('program', before.get(name) ?? null, after.get(name) ?? null, (a, b) =>
      a === null ? `${name} ${b} was not there` : `${name} was ${a}, now ${b ?? 'not there'}`,
    ),
  );
  return [...program, ...runtime];
}

function findings(then: EvidenceRecord, now: EvidenceRecord): Difference[] {
  const part = 'findings';
  const before = new Map(then.hits.map((hit) => [hit.id, hit]));
  const after = new Map(now.hits.map((hit) => [hit.id, hit]));
  const hits = [...new Set([...before.keys(), ...after.keys()])].flatMap((id): Difference[] => {
    const words = changed(id, before.get(id), after.get(id));
    return words === null ? [] : [{ part, words }];
  });
  return [
    ...unlike(part, then.outcome, now.outcome, (a, b) => `the outcome was ‘${a}’, now ‘${b}’`),
    ...hits,
    ...unlike(part, soundOf(then), soundOf(now), (a, b) => `the controls were ${a}, now ${b}`),
  ];
}

function changed(id: string, then: RecordHit | undefined, now: RecordHit | undefined): string | null {
  const said = { match: 'named', consistent: 'consistent' } as const;
  if (now === undefined) return `${id} was ${said[then!.verdict]}, and is not any more`;
  if (then === undefined) return `${id} is ${said[now.verdict]}, and was not`;
  if (then.verdict !== now.verdict) return `${id} was ${said[then.verdict]}, now ${said[now.verdict]}`;
  if (Math.abs(then.z - now.z) <= SAME_SCORE) return null;
  return `the score of ${id} was ${then.z.toFixed(2)}, now ${now.z.toFixed(2)}`;
}

function soundOf({ controls }: EvidenceRecord): string {
  if (controls === null) return 'not scored';
  return controls.sound ? 'as chance does' : 'not as chance does';
}
