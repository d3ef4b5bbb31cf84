import type { Finding } from '../decision.js';
import { PolicyError, step } from '../errors.js';
import { type Frame, MISSING, type Slot } from './facts.js';
import { onlyKey, type Vocabulary } from './operand.js';
import { compileTest } from './operators.js';
import { FALSE, negate, TRUE, type Truth, UNKNOWN } from './three-valued.js';

/** Deepest nesting of conditions: far more than a person can read. */
export const MAX_DEPTH = 16;

/** A condition ready to run, with the means to say why it came out as it did. */
export interface Code {
  readonly test: (frame: Frame) => Truth;
  /** Adds the tests that keep it from having the given truth. */
  readonly blame: (frame: Frame, wanted: typeof TRUE | typeof FALSE, out: Finding[]) => void;
  /** Adds the facts whose absence makes it unknown. */
  readonly gaps: (frame: Frame, out: Set<Slot>) => void;
}

/** Compiles a condition once into closures; refuses everything the document's vocabulary does not know. */
export function compile(condition: unknown, vocabulary: Vocabulary, path: string, depth = 0): Code {
  if (depth > MAX_DEPTH) throw new PolicyError('TOO_DEEP', path, `conditions nested deeper than ${MAX_DEPTH}`);
  const key = onlyKey(condition, path);
  const body = (condition as Record<string, unknown>)[key];
  const at = step(path, key);
  switch (key) {
    case 'all':
    case 'any': {
      if (!Array.isArray(body) || (key === 'any' && body.length === 0))
        throw new PolicyError('DOCUMENT_INVALID', at, 'expected a list of conditions');
      const parts = body.map((part, i) => compile(part, vocabulary, step(at, i), depth + 1));
      return key === 'all' ? join(parts, FALSE) : join(parts, TRUE);
    }
    case 'not':
      return inverse(compile(body, vocabulary, at, depth + 1));
    default:
      return leaf(key, body, vocabulary, path);
  }
}

/** `all` when FALSE settles it, `any` when TRUE does. */
function join(parts: readonly Code[], settles: typeof FALSE | typeof TRUE): Code {
  const otherwise: Truth = settles === FALSE ? TRUE : FALSE;
  const [first, ...rest] = parts;
  const test = (frame: Frame): Truth => {
    let result: Truth = otherwise;
    for (const part of parts) {
      const truth = part.test(frame);
      if (truth === settles) return settles;
      if (truth === UNKNOWN) result = UNKNOWN;
    }
    return result;
  };
  return {
    test: first !== undefined && rest.length === 0 ? first.test : test,
    blame: (frame, wanted, out) => {
      for (const part of parts) if (part.test(frame) !== wanted) part.blame(frame, wanted, out);
    },
    gaps: (frame, out) => {
      for (const part of parts) if (part.test(frame) === UNKNOWN) part.gaps(frame, out);
    },
  };
}

export function inverse(code: Code): Code {
  return {
    test: (frame) => negate(code.test(frame)),
    blame: (frame, wanted, out) => code.blame(frame, wanted === TRUE ? FALSE : TRUE, out),
    gaps: code.gaps,
  };
}

/** Both at once. */
export function both(a: Code, b: Code): Code {
  return join([a, b], FALSE);
}

function leaf(attribute: string, asked: unknown, vocabulary: Vocabulary, path: string): Code {
  const slot = vocabulary.slots.get(attribute);
  if (slot === undefined) throw new PolicyError('UNKNOWN_ATTRIBUTE', path, `no attribute \`${attribute}\``);
  const { op, expected, slots, test } = compileTest(asked, slot, vocabulary, step(path, attribute));
  const finding: Finding = Object.freeze({ attribute, op, expected });
  return {
    test,
    blame: (_frame, _wanted, out) => {
      out.push(finding);
    },
    gaps: (frame, out) => {
      for (const each of slots) if (each.read(frame) === MISSING) out.add(each);
    },
  };
}
