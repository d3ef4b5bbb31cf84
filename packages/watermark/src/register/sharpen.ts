import { TILE } from '../grid.js';
import type { Plane } from '../image.js';
import { seeded } from '../random.js';
import { compose, cornersOf, type Homography, throughPoints } from './homography.js';
import { between } from './sample.js';
import { REACH, type SyncMap, type SyncPlan, syncMap } from './sync-map.js';

/** Moves drawn from each start, wide ones and then narrowing ones. */
const WIDE = 4000;
const NARROW = 1500;
/** Places from which the climb starts. */
const STARTS = 10;

/** Maps that a search can tell apart: each corner anywhere within reach, to the pixel. An upper bound, for the p-value. */
export const MAPS_NEARBY: number = (2 * REACH + 1) ** 8;

/** Shifts of the four corners of the grid, in canonical pixels: x and y of top left, top right, bottom right, bottom left. */
type Bend = Float64Array;

/**
 * Looks for a better map near one that is a few pixels off, by the keyed sync chips that the mark itself repeats in
 * every tile: on smooth skin they are the finest texture there is. Sync chips hold nothing of a viewing. Null when
 * nothing better is near.
 */
export function sharpen(votes: Plane, h: Homography, plan: SyncPlan): Homography | null {
  const map = syncMap(votes, plan);
  if (map.blocks.length === 0) return null;
  const next = seeded(1);
  const normal = (): number => Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next());
  let best: { bend: Bend; z: number } = { bend: new Float64Array(8), z: 0 };
  for (const start of starts(map)) {
    let held = { bend: around(start, [0, 0, 0, 0], map), z: 0 };
    held.z = heightAt(map, held.bend);
    for (let draw = 0; draw < WIDE; draw++) {
      const reach = draw & 1 ? 3 : 7;
      const turn = [normal() * reach, normal() * reach, normal() * reach, normal() * reach];
      const bend = around({ ...start, x: start.x + normal(), y: start.y + normal() }, turn, map);
      const z = heightAt(map, bend);
      if (z > held.z) held = { bend, z };
    }
    for (let draw = 0; draw < NARROW; draw++) {
      const reach = 2 * 0.1 ** (draw / NARROW);
      const bend = held.bend.map((value) => value + reach * normal());
      const z = heightAt(map, bend);
      if (z > held.z) held = { bend, z };
    }
    if (held.z > best.z) best = held;
  }
  const corners = cornersOf(map);
  const shifted = corners.map(([x, y], k) => [x + best.bend[2 * k]!, y + best.bend[2 * k + 1]!] as const);
  const shift = throughPoints(corners, shifted);
  return shift === null ? null : compose(h, shift);
}

interface Start {
  /** Centre of the blocks that agree, and their common shift. */
  readonly cx: number;
  readonly cy: number;
  readonly x: number;
  readonly y: number;
}

/** The shifts on which the whole, or a window of three blocks by three, agrees best. */
function starts(map: SyncMap): Start[] {
  const found: (Start & { z: number })[] = [];
  const side = 2 * REACH + 1;
  const pool = (cx: number, cy: number, within: number): void => {
    const sum = new Float32Array(side * side);
    let power = 0;
    for (const block of map.blocks) {
      if (Math.abs(block.x - cx) > within || Math.abs(block.y - cy) > within) continue;
      power += block.power;
      for (let i = 0; i < sum.length; i++) sum[i]! += block.surface[i]!;
    }
    if (power === 0) return;
    for (let again = 0; again < 2; again++) {
      let top = 0;
      for (let i = 0; i < sum.length; i++) if (sum[i]! > sum[top]!) top = i;
      const [x, y] = [(top % side) - REACH, Math.floor(top / side) - REACH];
      found.push({ cx, cy, x, y, z: sum[top]! / Math.sqrt(power) });
      for (let dy = -2; dy <= 2; dy++) {
        for (let dx = -2; dx <= 2; dx++) {
          const [u, v] = [x + dx + REACH, y + dy + REACH];
          if (u >= 0 && v >= 0 && u < side && v < side) sum[v * side + u] = 0;
        }
      }
    }
  };
  pool(map.width / 2, map.height / 2, Number.POSITIVE_INFINITY);
  for (const block of map.blocks) {
    pool(block.x, block.y, 1.2 * TILE);
    pool(block.x, block.y, 2.2 * TILE);
  }
  found.sort((a, b) => b.z - a.z);
  return found.slice(0, STARTS);
}

/** A common shift, and a linear part that leaves the start's centre where it is. */
function around(start: Start, turn: readonly number[], map: SyncMap): Bend {
  const half = Math.max(map.width, map.height) / 2;
  const bend = new Float64Array(8);
  for (let k = 0; k < 4; k++) {
    const dx = ((k === 1 || k === 2 ? map.width : 0) - start.cx) / half;
    const dy = ((k >= 2 ? map.height : 0) - start.cy) / half;
    bend[2 * k] = start.x + turn[0]! * dx + turn[1]! * dy;
    bend[2 * k + 1] = start.y + turn[2]! * dx + turn[3]! * dy;
  }
  return bend;
}

/** How many deviations the sync chips reach when each block is shifted as the corners' shifts say. */
function heightAt(map: SyncMap, bend: Bend): number {
  const side = 2 * REACH + 1;
  let sum = 0;
  for (const { x, y, surface } of map.blocks) {
    const u = x / map.width;
    const v = y / map.height;
    const [a, b, c, d] = [(1 - u) * (1 - v), u * (1 - v), u * v, (1 - u) * v];
    const dx = a * bend[0]! + b * bend[2]! + c * bend[4]! + d * bend[6]! + REACH;
    const dy = a * bend[1]! + b * bend[3]! + c * bend[5]! + d * bend[7]! + REACH;
    if (!(dx >= 0 && dy >= 0 && dx < side - 1 && dy < side - 1)) continue;
    sum += between(surface, side, dx, dy);
  }
  return sum / Math.sqrt(map.power);
}
