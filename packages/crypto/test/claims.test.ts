import { base64url } from '@wardseal/primitives';
import { describe, expect, it } from 'vitest';
import { limits } from '../src/index.js';
import { isManifest, isPart, type Manifest } from '../src/manifest-claims.js';

// What a manifest may say: exactly these members, each of its type and within its limit.

const b = (length: number): string => base64url(new Uint8Array(length).fill(1));
const LINE = { thumbprint: 'x', role: 'member', digest: b(32) } as const;
const LEAST: Manifest = {
  v: 0,
  id: b(16),
  iss: { org: 'demo-trust', person: 'alice', kid: b(32) },
  iat: 1,
  case: 'case-1',
  labels: {},
  mediaType: 'image/jpeg',
  size: 0,
  chunk: 65_536,
  root: b(32),
  salt: b(32),
  pn: b(16),
  kc: b(32),
  mode: 'pq',
  stz: [LINE],
};
const RECOVERY = { set: b(16), k: 2, n: 3, seats: [b(32), b(32), b(32)] };
const ROTATION = { origin: 'jws', epoch: 1, prev: b(32), reason: 'a leaver' };

const long = 'x'.repeat(limits.MAX_NAME_LENGTH);
// Members of one text, so that the object has exactly so many bytes: `{"a":""}` has 8.
const ofBytes = (bytes: number) => ({ a: 'x'.repeat(bytes - 8) });

describe('a manifest', () => {
  it.each<[string, object]>([
    ['the least', {}],
    ['classic', { mode: 'classic' }],
    ['names of the longest length', { case: long, iss: { ...LEAST.iss, org: long, person: long } }],
    [
      'labels and facts of the longest length',
      { labels: ofBytes(limits.MAX_LABELS_BYTES), clinical: ofBytes(limits.MAX_CLINICAL_BYTES) },
    ],
    ['another original', { originRoot: b(32) }],
    ['recovery', { recovery: RECOVERY, stz: [LINE, { thumbprint: b(16), role: 'recovery', digest: b(32) }] }],
    ['the most seats', { recovery: { ...RECOVERY, seats: Array(limits.MAX_SEATS).fill(b(32)) } }],
    ['every role', { stz: ['member', 'custodian', 'recovery', 'link'].map((role) => ({ ...LINE, role })) }],
    ['the most lines', { stz: Array(limits.MAX_STANZAS).fill(LINE) }],
    ['a rotation', ROTATION],
    ['a rotation with its log entry', { ...ROTATION, epoch: 7, logEntry: 'log-7' }],
    ['the longest origin', { ...ROTATION, origin: 'x'.repeat(limits.MAX_MANIFEST_BYTES) }],
    ['large numbers', { size: 2 ** 53 - 1, iat: 2 ** 53 - 1 }],
    ...['application/dicom', 'image/svg+xml', 'a/b', '0/0', 'x-a.b_c-d/e!#$&^f'].map((mediaType): [string, object] => [
      mediaType,
      { mediaType },
    ]),
  ])('may be %s', (_, change) => {
    expect(isManifest({ ...LEAST, ...change })).toBe(true);
  });

  it('lacks nothing', () => {
    for (const name of Object.keys(LEAST)) {
      const { [name as keyof Manifest]: _, ...rest } = LEAST;
      expect([name, isManifest(rest)]).toEqual([name, false]);
    }
    for (const name of Object.keys(ROTATION)) {
      const { [name as 'prev']: _, ...rest } = ROTATION;
      expect([name, isManifest({ ...LEAST, ...rest })]).toEqual([name, false]);
      expect([name, isManifest({ ...LEAST, [name]: ROTATION[name as 'prev'] })]).toEqual([name, false]);
    }
    expect(isManifest({ ...LEAST, logEntry: 'log-7' })).toBe(false);
  });

  it.each<[string, readonly unknown[]]>([
    ['v', [1, '0', null, false]],
    ['id', [b(15), b(17), 7, `${b(16)}=`]],
    [
      'iss',
      [
        null,
        'alice',
        {},
        { ...LEAST.iss, org: '' },
        { ...LEAST.iss, person: `${long}x` },
        { ...LEAST.iss, kid: b(31) },
        { ...LEAST.iss, x: 1 },
        { org: 'x', person: 'x' },
      ],
    ],
    ['iat', [-1, 0.5, '1', null, 2 ** 53]],
    ['case', ['', `${long}x`, 7, null]],
    ['labels', [null, [], 'x', ofBytes(limits.MAX_LABELS_BYTES + 1)]],
    ['clinical', [null, [], 'x', ofBytes(limits.MAX_CLINICAL_BYTES + 1)]],
    [
      'mediaType',
      [
        '',
        'image',
        'image/',
        '/jpeg',
        'image/jpeg; q=1',
        'Image/jpeg',
        'image/JPEG',
        'image/jpeg/x',
        '.a/b',
        'a/.b',
        ' a/b',
        'a/b ',
        'a/b\n',
        `a/${long}`,
        7,
      ],
    ],
    ['size', [-1, 0.5, '1', 2 ** 53]],
    ['chunk', [65_535, 65_537, '65536']],
    ['root', [b(31), b(33), null]],
    ['salt', [b(31), b(33), null]],
    ['originRoot', [b(31), b(33), null]],
    ['pn', [b(15), b(17), null]],
    ['kc', [b(31), b(33), null]],
    ['mode', ['PQ', 'both', null]],
    [
      'stz',
      [
        null,
        {},
        [],
        [null],
        [{ ...LINE, role: 'owner' }],
        [{ ...LINE, digest: b(31) }],
        [{ ...LINE, thumbprint: '' }],
        [{ ...LINE, x: 1 }],
        Array(limits.MAX_STANZAS + 1).fill(LINE),
      ],
    ],
    [
      'recovery',
      [
        null,
        {},
        { ...RECOVERY, set: b(15) },
        { ...RECOVERY, k: -1 },
        { ...RECOVERY, n: '3' },
        { ...RECOVERY, seats: [] },
        { ...RECOVERY, seats: [b(31)] },
        { ...RECOVERY, seats: Array(limits.MAX_SEATS + 1).fill(b(32)) },
        { ...RECOVERY, x: 1 },
      ],
    ],
    ['unknown', [1]],
  ])('has no other %s', (name, values) => {
    for (const value of values) expect([value, isManifest({ ...LEAST, [name]: value })]).toEqual([value, false]);
  });

  it.each<[string, readonly unknown[]]>([
    ['origin', ['', 'x'.repeat(limits.MAX_MANIFEST_BYTES + 1), 7]],
    ['epoch', [0, -1, 1.5, '1']],
    ['prev', [b(31), b(33), null]],
    ['reason', ['', `${long}x`, 7]],
    ['logEntry', ['', `${long}x`, null]],
  ])('of a rotated file has no other %s', (name, values) => {
    for (const value of values)
      expect([value, isManifest({ ...LEAST, ...ROTATION, [name]: value })]).toEqual([value, false]);
  });

  it('is asked part by part before anything is sealed', () => {
    expect([isPart('mediaType', 'image/png'), isPart('mediaType', 'png')]).toEqual([true, false]);
    expect([isPart('clinical', {}), isPart('clinical', [])]).toEqual([true, false]);
    expect([isPart('iat', 0), isPart('iat', null)]).toEqual([true, false]);
  });
});
