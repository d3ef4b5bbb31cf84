import { UsageError } from '@wardseal/primitives/cli';
import type { Corners } from '../register/corners.js';
import { decimal } from './asked.js';

/** Four corners as eight numbers: x,y of top left, top right, bottom right, bottom left. */
export function cornersOf(text: string): Corners {
  const numbers = text.split(',').map((part) => decimal(part.trim(), 'corners'));
  if (numbers.length !== 8) throw new UsageError('--corners takes eight numbers: x,y,x,y,x,y,x,y');
  const point = (k: number): readonly [number, number] => [numbers[2 * k]!, numbers[2 * k + 1]!];
  return [point(0), point(1), point(2), point(3)];
}
