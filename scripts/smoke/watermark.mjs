/** Marks a small picture for one viewing: same size, changed, and the same each time. */
export async function smoke({ deriveImageKey, embed, prepareChips }) {
  const [width, height] = [128, 128];
  const data = new Uint8ClampedArray(width * height * 4);
  for (let at = 0; at < data.length; at++) data[at] = at % 4 === 3 ? 255 : (at * 7919 + ((at >> 9) % 64)) % 256;
  const key = deriveImageKey(new Uint8Array(32).fill(7), 'img-1');
  const mark = () => embed({ width, height, data }, { chips: prepareChips(key, 'view-1') }).pixels;
  const [first, second] = [mark(), mark()];
  const same = (a, b) => a.length === b.length && a.every((value, at) => value === b[at]);
  return same(first.data, second.data) && first.data.length === data.length && !same(first.data, data);
}
