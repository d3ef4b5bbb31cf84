import { hex } from '@wardseal/primitives';
import type { Checkpoint } from '../verify-checkpoint.js';
import { iso } from './times.js';

/** A checkpoint as the commands give it. */
export interface CheckpointFacts {
  readonly origin: string;
  readonly size: number;
  /** Hexadecimal. */
  readonly root: string;
  readonly witnesses: readonly { readonly name: string; readonly at: string }[];
}

export function checkpointFacts({ origin, size, root, cosignatures }: Checkpoint): CheckpointFacts {
  const witnesses = cosignatures.map(({ witness, timestamp }) => ({ name: witness, at: iso(timestamp) }));
  return { origin, size, root: hex(root), witnesses };
}

export function checkpointWords({ origin, size, root, witnesses }: CheckpointFacts): string[] {
  return [
    `log         ${origin}`,
    `checkpoint  ${size} entries, root ${root}`,
    ...witnesses.map(({ name, at }) => `witness     ${name}, ${at}`),
  ];
}
