import { createHmac } from 'node:crypto';
import { type Layer, MARK_VERSION, type Verdict } from '@wardseal/watermark';

/** What the mark cost one photograph. */
export interface Marked {
  readonly kind: 'marked';
  readonly photo: string;
  readonly width: number;
  readonly height: number;
  /** dB over all colour samples, and mean SSIM of luma, both measured by the benchmark itself. */
  readonly psnr: number;
  readonly ssim: number;
  readonly ms: number;
}

/** What came of one attack on one photograph. */
export interface Case {
  readonly kind: 'case';
  readonly photo: string;
  readonly attack: string;
  /** Of the original. */
  readonly width: number;
  readonly height: number;
  /** Of the copy after the attack; missing when it could not be made. */
  readonly suspect?: readonly [width: number, height: number];
  readonly informed?: Informed;
  readonly blind?: Blind;
  /** When a call threw: its code or message. A miss. */
  readonly error?: string;
}

export interface Informed {
  /** 'right': the guilty viewing and nobody else matched. 'wrong': anybody else matched. 'none': nobody did. */
  readonly outcome: 'right' | 'wrong' | 'none';
  readonly verdict: Verdict;
  /** Which step of the registration succeeded; 'failed' when none did. */
  readonly method: string;
  readonly correlation: number | null;
  /** Score of the guilty viewing and the highest of the innocent; null when not registered. */
  readonly z: number | null;
  readonly next: number | null;
  readonly ms: number;
}

export interface Blind {
  readonly outcome: 'right' | 'wrong' | 'none';
  readonly exhausted: boolean;
  readonly ms: number;
}

export type Result = Marked | Case;

/** One line of a run's file holds one of these; the first says what the run was. */
export interface Run {
  readonly kind: 'run';
  readonly seed: number;
  readonly date: string;
  readonly machine: string;
  readonly candidates: number;
  /** Time of one blind search, in milliseconds. */
  readonly budgetMs: number;
}

/** FNV-1a of a text from a seed: gives every photograph offsets, a key and a guilty viewing of its own. */
export function seedOf(text: string, seed: number): number {
  let hash = (0x811c9dc5 ^ seed) >>> 0;
  for (const byte of Buffer.from(text)) hash = Math.imul(hash ^ byte, 0x01000193) >>> 0;
  return hash;
}

/** The id that a blind reading of a viewing's mark must give, computed apart from the package as its format page says. */
export function expectedId(imageKey: Uint8Array, layer: Layer, viewing: string): string {
  return createHmac('sha256', imageKey)
    .update(`${MARK_VERSION}/${layer}/id`)
    .update(Uint8Array.of(0))
    .update(viewing)
    .digest('hex')
    .slice(0, 16);
}
