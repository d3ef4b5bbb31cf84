import { proveConsistency, readProof } from '@wardseal/audit';
import { releaseChallenge } from '@wardseal/crypto';
import { base64url, randomBytes } from '@wardseal/primitives';
import { type Chips, embed } from '@wardseal/watermark';
import { beforeAll, describe, expect, test } from 'vitest';
import type { OpenedItem, SealedItem } from '../../client/core/core.js';
import { mark } from '../../client/core/mark.js';
import { showOn } from '../../client/core/show.js';
import { canvasCodec } from '../../client/picture/canvas-codec.js';
import { clinicalOf, labelsOf, sealPhoto, uuid } from '../suites/core-items.js';
import { type Colleague, enrolColleague, ORGANISATION, signIn, TRUST_NAME, World } from '../suites/core-world.js';

let world: World;
let author: Colleague;
let viewer: Colleague;

beforeAll(async () => {
  world = await World.create();
  [author, viewer] = await Promise.all([
    enrolColleague(world.trust, { person: 'p-lindqvist', name: 'Robin Sample', roles: ['nurse'] }),
    enrolColleague(world.trust, {
      person: 'p-okafor',
      name: 'Wren Example',
      roles: ['registrar'],
      teams: ['plastics-on-call'],
    }),
  ]);
  await world.publish([author.entry, viewer.entry]);
  await Promise.all([signIn(world, author), signIn(world, viewer)]);
});

/** The checkpoint of the last receipt. */
let proven = '';

async function opened(item: string, sealed: SealedItem, by: Colleague = viewer): Promise<OpenedItem> {
  const nonce = randomBytes(32);
  const answer = await world.answer(item, sealed, { person: by.person, nonce });
  proven = readProof(answer.receipt).checkpoint;
  return by.core.open({ item, nonce, answer, payload: await sealed.payload.arrayBuffer() });
}

describe('the main job', () => {
  test('what is shown is the stripped picture with this viewing’s mark, and the border names the viewer', async () => {
    const item = uuid();
    const { sealed, prepared } = await sealPhoto(author.core, item, { team: 'plastics-on-call' });
    expect(sealed.recipients).toEqual(['p-okafor', 'p-lindqvist']);
    expect(sealed.labels).toMatchObject({ author: 'p-lindqvist', ownerOrg: ORGANISATION });

    const nonce = randomBytes(32);
    const answer = await world.answer(item, sealed, { person: 'p-okafor', nonce });
    const steps: string[] = [];
    const shown = await viewer.core.open(
      { item, nonce, answer, payload: await sealed.payload.arrayBuffer() },
      { onStep: (step) => steps.push(step) },
    );
    expect(steps).toEqual(['receipt', 'open', 'decode', 'mark']);
    expect(Object.keys(shown.timings)).toEqual(steps);
    expect(shown.sender).toEqual({ id: 'p-lindqvist', name: 'Robin Sample', role: 'nurse', teams: [] });
    expect(shown.clinical).toEqual({ ...clinicalOf(), item });
    expect([shown.breakGlass, shown.emergency, shown.viewing]).toEqual([false, false, answer.viewing]);

    const original = new Uint8Array(await prepared.preview.arrayBuffer());
    const pixels = await canvasCodec().decode(original, 'image/jpeg');
    const { picture } = shown;
    expect(await pixelsOf(picture!.bitmap)).toEqual(embed(pixels, { chips: answer.chips as Chips }).pixels.data);
    const { svg, box } = picture!.overlay;
    for (const text of ['Wren Example', 'registrar', TRUST_NAME, shown.code]) expect(svg).toContain(text);
    expect(svg).not.toContain('Robin');
    expect(box.height).toBeGreaterThan(pixels.height);

    // As the policy wants it of an emergency: a stronger mark, and the name over the picture.
    const strong = await mark(
      pixels,
      answer.chips,
      {
        id: answer.viewing,
        who: 'Wren Example',
        role: 'registrar',
        organisation: TRUST_NAME,
        at: '2026-03-01T09:00:00Z',
      },
      { mode: 'tile', strength: 'strong' },
    );
    expect(await pixelsOf(strong.bitmap)).toEqual(
      embed(pixels, { chips: answer.chips as Chips, psnr: 42 }).pixels.data,
    );
    expect(strong.overlay.box).toMatchObject({ width: pixels.width, height: pixels.height, left: 0, top: 0 });
    expect(strong.overlay.svg).toContain('Wren Example');

    const canvas = document.createElement('canvas');
    await showOn(canvas, picture!);
    expect([canvas.width, canvas.height]).toEqual([box.width, box.height]);
    const inside = canvas.getContext('2d')!.getImageData(box.left, box.top, pixels.width, pixels.height).data;
    expect(inside).toEqual(await pixelsOf(picture!.bitmap));
    const band = canvas.getContext('2d')!.getImageData(0, 0, box.width, box.top).data;
    expect(band.some((sample) => sample < 64)).toBe(true);
    expect(band.some((sample) => sample > 250)).toBe(true);
  });

  test('the author opens it too; the metadata that was planted is in no byte of it', async () => {
    const item = uuid();
    const { prepared } = await sealPhoto(author.core, item, { person: 'p-okafor' });
    expect(prepared.removed).toContain('exif');
    const { sealed } = await sealPhoto(author.core, item, { person: 'p-okafor' });
    expect((await opened(item, sealed, author)).picture).toBeDefined();
    const text = new TextDecoder('latin1').decode(await prepared.preview.arrayBuffer());
    expect(text).not.toContain('PLANTED');
  });

  test('a message, and advice on a picture that is bound to the very bytes it is on', async () => {
    const photo = uuid();
    const { sealed: picture } = await sealPhoto(author.core, photo, { team: 'plastics-on-call' });
    const advice = uuid();
    const words = 'Elevate, and please send another picture tomorrow.';
    const request = {
      item: advice,
      case: uuid(),
      to: { same: photo },
      labels: { ...labelsOf(), kind: 'message' as const, consentLevel: [] as const, about: photo },
      clinical: { ...clinicalOf(), consent: null, note: words },
    };
    await expect(viewer.core.seal(request)).rejects.toMatchObject({ code: 'ORIGINAL_NEEDED' });
    await opened(photo, picture);
    const sealed = await viewer.core.seal(request);
    expect([...sealed.recipients].sort()).toEqual(['p-lindqvist', 'p-okafor']);

    await expect(opened(advice, sealed, author)).rejects.toMatchObject({ code: 'ORIGINAL_NEEDED' });
    await opened(photo, picture, author);
    const read = await opened(advice, sealed, author);
    expect(read.text).toBe(words);
    expect(read.sender.name).toBe('Wren Example');

    // The same item's id, but another picture: the advice was not given on that one.
    const { sealed: other } = await sealPhoto(author.core, photo, { team: 'plastics-on-call' });
    await opened(photo, other, author);
    await expect(opened(advice, sealed, author)).rejects.toMatchObject({ code: 'ADVICE_ON_ANOTHER' });
  });

  test('a viewing is pending until a witness has signed what follows from its receipt', async () => {
    const item = uuid();
    const { sealed } = await sealPhoto(author.core, item, { team: 'plastics-on-call' });
    await opened(item, sealed);
    const older = await world.cosigned();
    const { viewing } = await opened(item, sealed);
    const seen = proven;
    await opened(item, sealed);
    const confirm = (checkpoint: string, path: readonly Uint8Array[]) =>
      viewer.core.confirmWitnessed(viewing, { checkpoint, path: path.map((hash) => base64url(hash)) });
    // The witness is behind, and then: what the log alone has signed.
    expect(await confirm(older, [])).toBe('pending');
    expect(await confirm(proven, [])).toBe('pending');
    const checkpoint = await world.cosigned();
    const path = await proveConsistency(world.reader, seen, checkpoint, { logKey: world.logKey });
    await expect(confirm(checkpoint, [randomBytes(32)])).rejects.toMatchObject({ code: 'HISTORY_SPLIT' });
    const place = checkpoint.indexOf('\n— audit.') + 60;
    const forged = `${checkpoint.slice(0, place)}${checkpoint[place] === 'A' ? 'B' : 'A'}${checkpoint.slice(place + 1)}`;
    await expect(confirm(forged, path)).rejects.toMatchObject({ code: 'CHECKPOINT_FORGED' });
    expect(await confirm(checkpoint, path)).toBe('witnessed');
    await expect(confirm(checkpoint, path)).rejects.toMatchObject({ code: 'VIEWING_UNKNOWN' });
  });

  test('the challenge of a release is computed here, for the key that the directory names', async () => {
    const [item, logEntry, nonce] = [uuid(), uuid(), randomBytes(32)];
    const { recipient } = viewer.entry;
    expect(await viewer.core.releaseChallenge({ item, logEntry, nonce: base64url(nonce) })).toEqual(
      releaseChallenge({ item, logEntry, nonce, recipient }),
    );
  });
});

async function pixelsOf(bitmap: ImageBitmap): Promise<Uint8ClampedArray> {
  const context = new OffscreenCanvas(bitmap.width, bitmap.height).getContext('2d')!;
  context.drawImage(bitmap, 0, 0);
  return context.getImageData(0, 0, bitmap.width, bitmap.height).data;
}
