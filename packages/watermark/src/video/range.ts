import type { Plane } from '../image.js';

/** Luma as most cameras write it: black at 16, white at 235. */
export const LIMITED = { black: 16, span: 219 } as const;

/** A plane of limited luma, from black at 0 to white at 255. */
export function stretched({ data, width, height }: Plane): Plane {
  const out = new Float32Array(data.length);
  const factor = 255 / LIMITED.span;
  for (let i = 0; i < out.length; i++) out[i] = Math.min(255, Math.max(0, (data[i]! - LIMITED.black) * factor));
  return { data: out, width, height };
}
