import { hex, sha256, utf8 } from '@wardseal/primitives';
import { blindId } from '../code/tile.js';
import { decode } from '../decode.js';
import { deriveImageKey } from '../derive-image-key.js';
import { embed } from '../embed.js';
import { idBytes } from '../ids.js';
import type { Pixels } from '../image.js';
import { prepareChips } from '../prepare-chips.js';
import { findingOf, type Outcome } from '../report/finding.js';
import type { NamedAttack } from '../testing/index.js';
import { trace } from '../trace.js';

const VIEWING = 'attack-viewing';
const IMAGE = 'attack-image';
/** Innocent viewings on the list beside the marked one. */
const OTHERS = 999;
/** Time for one blind reading, in milliseconds. */
const BLIND_BUDGET = 10_000;

/** What one attack left of the mark. */
export interface Survival {
  readonly attack: string;
  readonly outcome: Outcome;
  /** Whether the marked viewing, and no other, is named. */
  readonly traced: boolean;
  /** Score of the best viewing; null when the copy was not registered. */
  readonly z: number | null;
  readonly method: string | null;
  /** Whether the right id was read without the original. */
  readonly read: boolean;
  readonly traceMs: number;
  readonly decodeMs: number;
}

/** A picture marked under a made-up secret, and what to ask of its copies. */
export function survivalOf(
  original: Pixels,
  seed: number,
  psnr: number | undefined,
): { psnr: number; ssim: number; check(attack: NamedAttack): Promise<Survival> } {
  const key = deriveImageKey(sha256(utf8(`wardseal-watermark attack --check ${seed}`)), IMAGE);
  const candidates = [...Array.from({ length: OTHERS }, (_, i) => `innocent-${i}`), VIEWING];
  const wanted = hex(blindId(key, 'view', idBytes(VIEWING, 'viewing')));
  const { pixels, report } = embed(original, {
    chips: prepareChips(key, VIEWING),
    ...(psnr !== undefined && { psnr }),
  });
  return {
    psnr: report.psnr,
    ssim: report.ssim,
    async check({ name, apply }) {
      const copy = await apply(pixels);
      const traced = await trace(copy, original, { key, candidates });
      const lead = decode(copy, { keys: [key], budgetMs: BLIND_BUDGET });
      const { outcome, named } = findingOf(traced);
      const { registration } = traced;
      return {
        attack: name,
        outcome,
        traced: outcome === 'match' && named[0]!.id === VIEWING,
        z: traced.hits[0]?.z ?? null,
        method: registration.status === 'registered' ? registration.method : null,
        read: lead.found && lead.id === wanted,
        traceMs: traced.ms,
        decodeMs: lead.ms,
      };
    },
  };
}
