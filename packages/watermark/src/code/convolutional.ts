/** Constraint length: 256 states, the longest that soft Viterbi does in a few milliseconds. */
const CONSTRAINT = 9;
/** Generators of the rate 1/4 code with free distance 24 (Lin and Costello, table of optimum codes): octal 463 535 733 745. */
export const GENERATORS: readonly number[] = [0o463, 0o535, 0o733, 0o745];

const MEMORY = CONSTRAINT - 1;
const STATES = 1 << MEMORY;
/** Turns around the ring; two are needed to forget a wrong start, three to be safe (wrap-around Viterbi). */
const TURNS = 3;

function parity(value: number): number {
  let bits = value;
  bits ^= bits >> 8;
  bits ^= bits >> 4;
  bits ^= bits >> 2;
  return (bits ^ (bits >> 1)) & 1;
}

/** OUTPUTS[register] = the four coded bits of a 9-bit register (newest bit highest), first generator in bit 3. */
const OUTPUTS: Uint8Array = Uint8Array.from({ length: 1 << CONSTRAINT }, (_, register) =>
  GENERATORS.reduce((word, generator) => (word << 1) | parity(register & generator), 0),
);

/** Encodes bits (0 or 1) with the register filled from the end of the message, so that start and end state agree. */
export function encodeTailBiting(bits: Uint8Array): Uint8Array<ArrayBuffer> {
  const rate = GENERATORS.length;
  const out = new Uint8Array(bits.length * rate);
  let state = 0;
  for (let i = bits.length - MEMORY; i < bits.length; i++) state = (state >> 1) | (bits[i]! << (MEMORY - 1));
  for (let i = 0; i < bits.length; i++) {
    const register = (bits[i]! << MEMORY) | state;
    const word = OUTPUTS[register]!;
    for (let k = 0; k < rate; k++) out[i * rate + k] = (word >> (rate - 1 - k)) & 1;
    state = register >> 1;
  }
  return out;
}

/** The most likely message for soft values (positive: 0), by wrap-around Viterbi over the tail-biting trellis. */
export function decodeTailBiting(soft: Float64Array, messageBits: number): Uint8Array<ArrayBuffer> {
  const rate = GENERATORS.length;
  const steps = messageBits * TURNS;
  // choice[step][state] = the bit that fell out of the register on the better way into the state.
  const choice = new Uint8Array(steps * STATES);
  let metric = new Float64Array(STATES);
  let next = new Float64Array(STATES);
  const gain = new Float64Array(1 << rate);
  for (let step = 0; step < steps; step++) {
    const at = (step % messageBits) * rate;
    for (let word = 0; word < gain.length; word++) {
      let sum = 0;
      for (let k = 0; k < rate; k++) sum += (word >> (rate - 1 - k)) & 1 ? -soft[at + k]! : soft[at + k]!;
      gain[word] = sum;
    }
    for (let to = 0; to < STATES; to++) {
      // register = newest bit, then the previous state; the new state is its upper eight bits.
      const zero = to << 1;
      const one = zero | 1;
      const a = metric[zero & (STATES - 1)]! + gain[OUTPUTS[zero]!]!;
      const b = metric[one & (STATES - 1)]! + gain[OUTPUTS[one]!]!;
      next[to] = Math.max(a, b);
      choice[step * STATES + to] = a >= b ? 0 : 1;
    }
    [metric, next] = [next, metric];
  }
  let state = 0;
  for (let s = 1; s < STATES; s++) if (metric[s]! > metric[state]!) state = s;
  const bits = new Uint8Array(messageBits);
  for (let step = steps - 1; step >= 0; step--) {
    const turn = Math.floor(step / messageBits);
    // The middle turn has settled at both ends.
    if (turn === 1) bits[step - messageBits] = state >> (MEMORY - 1);
    state = ((state << 1) | choice[step * STATES + state]!) & (STATES - 1);
  }
  return bits;
}
