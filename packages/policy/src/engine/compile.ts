import type { Finding } from '../decision.js';
import { type Frame, MISSING, type Slot } from './facts.js';
import { onlyKey, type Vocabulary } from './operand.js';
import { compileTest } from './operators.js';
import { FALSE, negate, TRUE, type Truth, UNKNOWN } from './three-valued.js';

/** A condition ready to run, with the means to say why it came out as it did. */
export interface Code {
  /** Every fact it can read. */
  readonly slots: ReadonlySet<Slot>;
  /** What must all hold for it to be true. */
  readonly parts: readonly Code[] | undefined;
  /** The test that it is, or is the inverse of. */
  readonly finding: Finding | undefined;
  readonly test: (frame: Frame) => Truth;
  /** Adds the tests that keep it from having the given truth. */
  readonly blame: (frame: Frame, wanted: typeof TRUE | typeof FALSE, out: Finding[]) => void;
  /** Adds the facts whose absence makes it unknown. */
  readonly gaps: (frame: Frame, out: Set<Slot>) => void;
}

/** Compiles a condition of a checked document into closures. Equal conditions of one vocabulary are one code. */
export function compile(condition: unknown, vocabulary: Vocabulary): Code {
  const text = JSON.stringify(condition);
  const code = vocabulary.codes.get(text) ?? make(condition, vocabulary);
  vocabulary.codes.set(text, code);
  return code;
}

function make(condition: unknown, vocabulary: Vocabulary): Code {
  const key = onlyKey(condition);
  const body: unknown = (condition as Record<string, unknown>)[key];
  if (key === 'not') return inverse(compile(body, vocabulary));
  if (key !== 'all' && key !== 'any') return leaf(key, body, vocabulary);
  return join(
    (body as unknown[]).map((part) => compile(part, vocabulary)),
    key === 'all' ? FALSE : TRUE,
  );
}

/** `all` when FALSE settles it, `any` when TRUE does. */
function join(codes: readonly Code[], settles: typeof FALSE | typeof TRUE): Code {
  if (codes.length === 1) return codes[0]!;
  const parts = settles === FALSE ? codes.flatMap((code) => code.parts ?? [code]) : codes;
  return {
    slots: new Set(parts.flatMap(({ slots }) => [...slots])),
    parts: settles === FALSE ? parts : undefined,
    finding: undefined,
    test: (frame) => {
      let result: Truth = negate(settles);
      for (const part of parts) {
        const truth = part.test(frame);
        if (truth === settles) return settles;
        if (truth === UNKNOWN) result = UNKNOWN;
      }
      return result;
    },
    blame: (frame, wanted, out) => {
      for (const part of parts) if (part.test(frame) !== wanted) part.blame(frame, wanted, out);
    },
    gaps: (frame, out) => {
      for (const part of parts) if (part.test(frame) === UNKNOWN) part.gaps(frame, out);
    },
  };
}

/** True where the other is false. */
export function inverse(code: Code): Code {
  return {
    slots: code.slots,
    parts: undefined,
    finding: code.finding,
    test: (frame) => negate(code.test(frame)),
    blame: (frame, wanted, out) => code.blame(frame, wanted === TRUE ? FALSE : TRUE, out),
    gaps: code.gaps,
  };
}

/** Both at once. */
export function both(a: Code, b: Code): Code {
  return join([a, b], FALSE);
}

function leaf(attribute: string, asked: unknown, vocabulary: Vocabulary): Code {
  const { op, expected, slots, test } = compileTest(asked, attribute, vocabulary);
  const finding: Finding = Object.freeze({ attribute, op, expected });
  return {
    slots: new Set(slots),
    parts: undefined,
    finding,
    test,
    blame: (_frame, _wanted, out) => {
      out.push(finding);
    },
    gaps: (frame, out) => {
      for (const each of slots) if (each.read(frame) === MISSING) out.add(each);
    },
  };
}
