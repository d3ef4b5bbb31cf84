import type { Core, PreparedPicture, SealedItem, SealRequest } from '../../client/core/core.js';
import { exifBlock, segment } from './planted.js';

const EXIF = Array.from('Exif\0\0', (letter) => letter.charCodeAt(0));

export const uuid = (): string => crypto.randomUUID();

export function labelsOf(): SealRequest['labels'] {
  return {
    kind: 'photo',
    sensitivity: 'normal',
    purpose: 'direct-care',
    consentLevel: ['record'],
    identifiable: true,
    team: 'none',
    notAfter: new Date(Date.now() + 72 * 3_600_000).toISOString(),
    about: 'none',
  };
}

/** An invented patient; the number is of the range that is never issued. */
export function clinicalOf(): SealRequest['clinical'] {
  return {
    patient: { scheme: 'nhs', number: '9990000018', name: 'Imogen Invented', born: '1961-04-01' },
    consent: { level: 'record', form: 'oral', givenBy: 'the patient', at: '2026-03-01T09:00:00.000Z' },
    site: 'forearm',
    side: 'left',
    capturedAt: '2026-03-01T09:01:00.000Z',
    note: 'Since yesterday.',
  };
}

/** A photograph as a camera writes it, with planted metadata; another `seed`, another picture. */
export async function photoOf(seed: number, width = 640, height = 480): Promise<Blob> {
  const canvas = new OffscreenCanvas(width, height);
  const context = canvas.getContext('2d')!;
  const image = context.createImageData(width, height);
  let state = seed >>> 0 || 1;
  for (let at = 0; at < image.data.length; at += 4) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    const place = ((at / 4) % width) + Math.floor(at / 4 / width);
    const level = 120 + 60 * Math.sin((place + seed) / 40) + (state >>> 28);
    image.data.set([level + 30, level, level - 20, 255], at);
  }
  context.putImageData(image, 0, 0);
  const jpeg = new Uint8Array(await (await canvas.convertToBlob({ type: 'image/jpeg', quality: 0.95 })).arrayBuffer());
  const exif = Uint8Array.from(segment(0xe1, [...EXIF, ...exifBlock(1)]));
  return new Blob([jpeg.slice(0, 2), exif, jpeg.slice(2)], { type: 'image/jpeg' });
}

let seeds = 1;

export async function sealPhoto(
  core: Core,
  item: string,
  to: SealRequest['to'],
  changed: Partial<SealRequest> = {},
): Promise<{ sealed: SealedItem; prepared: PreparedPicture }> {
  const prepared = await core.prepare(await photoOf(seeds++));
  const labels = { ...labelsOf(), team: 'team' in to ? to.team : 'none' };
  const request = { item, case: uuid(), picture: prepared.picture, to, labels, clinical: clinicalOf(), ...changed };
  return { sealed: await core.seal(request), prepared };
}
