import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  checkFence,
  clientAddress,
  createPlaceEvidence,
  fenceState,
  formatAddress,
  matchCidr,
  type Point,
  parseAddress,
  parseCidr,
} from '../src/place/index.js';

const NOW = Date.parse('2026-03-02T03:12:00Z');
const clock = { now: () => NOW };
const fresh = { now: NOW, maxAgeSeconds: 600 };

test.each([
  '',
  ' 10.0.0.1',
  '10.0.0.1 ',
  '10.0.0.1\n',
  '010.1.2.3',
  '10.1',
  '10.1.2',
  '10.1.2.3.4',
  '10.1.2.256',
  '10.1.2.-1',
  '10.1.2.+1',
  '10.1.2.1e1',
  '0x0a.1.2.3',
  '167838211',
  '١٠.1.2.3',
  '10.1.2.3:80',
  '[::1]',
  '::1%lo',
  ':',
  ':::',
  '1:2:3:4:5:6:7',
  '1:2:3:4:5:6:7:8:9',
  '1::2::3',
  '1:2:3:4:5:6:7::8',
  '12345::',
  'g::',
  ':1::2',
  '::1:',
  '1.2.3.4::',
  '::1.2.3.4:5',
  '::1.2.3',
  '::01.2.3.4',
  `::${'0'.repeat(60)}`,
])('no address: %j', (text) => {
  expect(parseAddress(text)).toBeNull();
  expect(matchCidr('0.0.0.0/0', text) || matchCidr('::/0', text)).toBe(false);
});

test('an address has one key in every spelling, and the key prints as an address with that key', () => {
  expect(parseAddress('::ffff:10.1.2.3')).toBe(parseAddress('10.1.2.3'));
  expect(parseAddress('::FFFF:a01:203')).toBe(parseAddress('10.1.2.3'));
  expect(parseAddress('2001:DB8::1')).toBe(parseAddress('2001:db8:0:0:0:0:0.0.0.1'));
  expect(parseAddress('::')).toBe(`6${'0'.repeat(32)}`);
  fc.assert(
    fc.property(fc.oneof(fc.ipV4(), fc.ipV6()), (text) => {
      const key = parseAddress(text)!;
      expect(key).toMatch(/^(4[0-9a-f]{8}|6[0-9a-f]{32})$/);
      expect(parseAddress(formatAddress(key))).toBe(key);
    }),
    { numRuns: 2_000, seed: 1 },
  );
});

test('blocks: the bits before the prefix, and no bit after it', () => {
  expect(parseCidr('10.0.0.0/8')).toEqual({ from: '40a000000', to: '40affffff' });
  expect(parseCidr('10.0.0.0/15')).toEqual({ from: '40a000000', to: '40a01ffff' });
  expect(parseCidr('::ffff:10.0.0.0/104')).toEqual(parseCidr('10.0.0.0/8'));
  expect(parseCidr('10.1.2.3')).toEqual(parseCidr('10.1.2.3/32'));
  for (const text of [
    '10.0.0.1/8',
    '10.0.0.0/33',
    '10.0.0.0/08',
    '10.0.0.0/',
    '/8',
    '10.0.0.0/8/8',
    '::1/127',
    '::/129',
  ])
    expect(parseCidr(text)).toBeNull();
  for (const text of ['10.0.0.0/ 8', '10.0.0.0/-0', '::ffff:10.0.0.0/95', '::ffff:0.0.0.0/0'])
    expect(parseCidr(text)).toBeNull();
  expect(matchCidr('::/0', '10.0.0.1')).toBe(false);
  expect(matchCidr('0.0.0.0/0', '::ffff:8.8.8.8')).toBe(true);
  expect(matchCidr('0.0.0.0/0', '::1')).toBe(false);
  expect(matchCidr('10.1.2.3/8', '10.1.2.3')).toBe(false);
});

const PROXIES = ['10.0.0.0/24', '2001:db8::/64'];
test.each([
  ['198.51.100.4', '10.1.1.1', '198.51.100.4'],
  ['198.51.100.4', undefined, '198.51.100.4'],
  ['10.0.0.9', '203.0.113.7', '203.0.113.7'],
  ['::ffff:10.0.0.9', '203.0.113.7', '203.0.113.7'],
  ['2001:db8::9', '203.0.113.7', '203.0.113.7'],
  ['10.0.0.9', '6.6.6.6, 203.0.113.7', '203.0.113.7'],
  ['10.0.0.9', '6.6.6.6,203.0.113.7,\t10.0.0.8 ', '203.0.113.7'],
  ['10.0.0.9', 'not an address, 203.0.113.7', '203.0.113.7'],
  ['10.0.0.9', '10.0.0.7, 10.0.0.8', '10.0.0.7'],
  ['10.0.0.9', '203.0.113.7, unknown', null],
  ['10.0.0.9', '203.0.113.7:4711', null],
  ['10.0.0.9', '', null],
  ['10.0.0.9', undefined, null],
  ['10.0.0.9', `${'1.1.1.1,'.repeat(600)}2.2.2.2`, null],
  ['10.0.0.9', ['203.0.113.7'], null],
  [undefined, '203.0.113.7', null],
  ['proxy.local', '203.0.113.7', null],
])('the client of peer %j with header %j is %j', (peer, header, client) => {
  expect(clientAddress(peer, header as string, PROXIES)).toBe(client);
});

test('a block of proxies that is none is the caller’s mistake', () => {
  expect(() => clientAddress('10.0.0.9', '', ['10.0.0.1/24'])).toThrow(RangeError);
});

const METRES = 111_195;
/** A position so many metres east and north of a point. */
const moved = ({ lat, lon }: Point, east: number, north: number): Point => ({
  lat: lat + north / METRES,
  lon: lon + east / METRES / Math.cos((lat * Math.PI) / 180),
});
const corner: Point = { lat: 53.4, lon: -2.2 };
const site = [corner, moved(corner, 200, 0), moved(corner, 200, 200), moved(corner, 0, 200)];
const at = (east: number, north: number, accuracy: number, more: object = {}) => ({
  ...moved(corner, east, north),
  accuracy,
  at: NOW,
  ...more,
});

test('a fence is met only by a circle wholly inside, and missed only by one wholly outside', () => {
  expect(fenceState(site, at(100, 100, 90), fresh)).toBe('inside');
  expect(fenceState(site, at(100, 100, 101), fresh)).toBe('uncertain');
  expect(fenceState(site, at(150, 100, 60), fresh)).toBe('uncertain');
  expect(fenceState(site, at(300, 100, 90), fresh)).toBe('outside');
  expect(fenceState(site, at(300, 100, 101), fresh)).toBe('uncertain');
  expect(fenceState(site, at(-50, 100, 40), fresh)).toBe('outside');
  expect(fenceState(site, at(0, 100, 0), fresh)).toBe('uncertain');
});

test('a fix that is old, from the future or no fix tells nothing', () => {
  const centre = (more: object) => fenceState(site, at(100, 100, 10, more), fresh);
  expect(centre({})).toBe('inside');
  expect(centre({ at: NOW - 600_000 })).toBe('inside');
  expect(centre({ at: NOW - 600_001 })).toBe('uncertain');
  expect(centre({ at: NOW + 120_000 })).toBe('inside');
  expect(centre({ at: NOW + 120_001 })).toBe('uncertain');
  for (const more of [
    { at: Number.NaN },
    { at: 'now' },
    { accuracy: -1 },
    { accuracy: Number.NaN },
    { accuracy: Number.POSITIVE_INFINITY },
    { accuracy: '10' },
    { lat: Number.NaN },
    { lat: 91 },
    { lon: 181 },
    { lat: '53.4' },
  ])
    expect(centre(more)).toBe('uncertain');
  for (const junk of [null, undefined, 7, 'here', [], {}])
    expect(fenceState(site, junk as never, fresh)).toBe('uncertain');
});

test('fences that could not be judged are refused', () => {
  expect(() => checkFence(site)).not.toThrow();
  for (const polygon of [
    site.slice(0, 2),
    [...site, { lat: 91, lon: 0 }],
    [...site, null],
    [corner, moved(corner, 60_000, 0), moved(corner, 0, 10)],
    new Array(1_001).fill(corner),
    'site',
  ])
    expect(() => checkFence(polygon as Point[])).toThrow(RangeError);
});

test('against brute force: every point of the circle, on a star-shaped site anywhere in these islands', () => {
  const seen = { inside: 0, outside: 0, uncertain: 0 };
  fc.assert(
    fc.property(
      fc.double({ min: 49, max: 61, noNaN: true }),
      fc.double({ min: -8, max: 2, noNaN: true }),
      fc.array(fc.integer({ min: 60, max: 900 }), { minLength: 3, maxLength: 12 }),
      fc.integer({ min: -900, max: 900 }),
      fc.integer({ min: -900, max: 900 }),
      fc.integer({ min: 2, max: 400 }),
      (lat, lon, radii, east, north, accuracy) => {
        const centre = { lat, lon };
        const flat = radii.map((radius, i): [number, number] => {
          const turn = (2 * Math.PI * i) / radii.length;
          return [radius * Math.cos(turn), radius * Math.sin(turn)];
        });
        const polygon = flat.map(([x, y]) => moved(centre, x, y));
        const state = fenceState(polygon, { ...moved(centre, east, north), accuracy, at: NOW }, fresh);
        seen[state] += 1;
        // Winding number: another way than the one under test.
        const holds = (x: number, y: number): boolean => {
          let turn = 0;
          flat.forEach(([ax, ay], i) => {
            const [bx, by] = flat[(i + 1) % flat.length]!;
            turn += Math.atan2((ax - x) * (by - y) - (ay - y) * (bx - x), (ax - x) * (bx - x) + (ay - y) * (by - y));
          });
          return Math.abs(turn) > Math.PI;
        };
        const within = (radius: number): boolean[] =>
          Array.from({ length: 24 * 6 }, (_, i) => {
            const turn = (2 * Math.PI * i) / 24;
            const r = (radius * Math.ceil((i + 1) / 24)) / 6;
            return holds(east + r * Math.cos(turn), north + r * Math.sin(turn));
          });
        if (state === 'inside') expect(within(accuracy)).not.toContain(false);
        if (state === 'outside') expect(within(accuracy)).not.toContain(true);
        // An uncertain circle does reach an edge: 400 points of each, at most two metres from the nearest in between.
        const nearest = Math.min(
          ...flat.flatMap(([ax, ay], i) => {
            const [bx, by] = flat[(i + 1) % flat.length]!;
            return Array.from({ length: 401 }, (_, k) =>
              Math.hypot(ax + ((bx - ax) * k) / 400 - east, ay + ((by - ay) * k) / 400 - north),
            );
          }),
        );
        expect(state === 'uncertain').toBe(
          state === 'uncertain' ? nearest < accuracy * 1.02 + 3 : nearest < accuracy * 0.98,
        );
      },
    ),
    { numRuns: 1_500, seed: 7 },
  );
  for (const count of Object.values(seen)) expect(count).toBeGreaterThan(100);
});

const places = createPlaceEvidence({
  clock,
  trustedProxies: ['10.0.0.0/24'],
  networks: { organisation: ['10.20.0.0/16'], hscn: ['10.192.0.0/10'] },
  fences: {
    site: { polygon: site, networks: ['10.20.7.0/24'] },
    annexe: { polygon: site.map((point) => moved(point, 1_000, 0)) },
  },
  countryOf: (address) => (address.startsWith('203.') ? 'GB' : address.startsWith('198.') ? null : 'nowhere'),
});

test('nothing known is said to be nothing known', () => {
  expect(createPlaceEvidence({ clock }).facts({})).toEqual({
    place: { evidence: 'none', fence: 'none', fences: {}, ageSeconds: 'none' },
    country: { device: 'none' },
  });
  expect(createPlaceEvidence({ clock }).configured).toEqual([]);
  expect(places.configured).toEqual(['country', 'fence']);
});

test('the ladder: network, attested, fix, address, none', () => {
  const attested = { fences: { site: 'inside' as const }, at: NOW - 60_500 };
  const fix = at(100, 100, 20, { at: NOW - 30_000 });
  const facts = places.facts({ peer: '10.20.7.4', attested, fix });
  expect(facts).toMatchObject({ address: '10.20.7.4', network: 'organisation' });
  expect(facts.place).toEqual({
    evidence: 'network',
    fence: 'inside',
    fences: { site: 'inside', annexe: 'outside' },
    ageSeconds: 0,
  });
  expect(places.facts({ peer: '203.0.113.7', attested, fix }).place).toMatchObject({
    evidence: 'attested',
    ageSeconds: 61,
  });
  expect(places.facts({ peer: '203.0.113.7', fix }).place).toMatchObject({ evidence: 'fix', ageSeconds: 30 });
  expect(places.facts({ peer: '203.0.113.7' }).place).toEqual({
    evidence: 'ip',
    fence: 'uncertain',
    fences: { site: 'uncertain', annexe: 'uncertain' },
    ageSeconds: 'none',
  });
  expect(places.facts({ fix: { ...fix, at: NOW - 600_001 } }).place.evidence).toBe('none');
  expect(places.facts({ attested: { ...attested, at: NOW - 600_001 } }).place.evidence).toBe('none');
  expect(places.facts({ peer: '10.193.0.1' })).toMatchObject({
    network: 'hscn',
    place: { evidence: 'network', fence: 'uncertain' },
  });
  expect(places.facts({ fix: at(5_000, 0, 20) }).place.fence).toBe('outside');
});

test('signals that disagree: outside, and only as good as the weakest', () => {
  const far = at(5_000, 0, 20);
  expect(places.facts({ peer: '10.20.7.4', fix: far }).place).toMatchObject({
    evidence: 'fix',
    fence: 'outside',
    fences: { site: 'outside', annexe: 'outside' },
  });
  const attested = { fences: { site: 'outside' as const }, at: NOW };
  expect(places.facts({ attested, fix: at(100, 100, 20) }).place).toMatchObject({
    evidence: 'fix',
    fences: { site: 'outside' },
  });
  // A circle over the edge contradicts nobody.
  expect(places.facts({ peer: '10.20.7.4', fix: at(0, 0, 20) }).place).toMatchObject({
    evidence: 'network',
    fence: 'inside',
  });
});

test('a header counts only from our proxy, and an address nobody knows is not guessed', () => {
  expect(places.facts({ peer: '203.0.113.7', forwardedFor: '10.20.7.4' })).toMatchObject({
    network: 'internet',
    address: '203.0.113.7',
  });
  expect(places.facts({ peer: '10.0.0.1', forwardedFor: '10.20.7.4' })).toMatchObject({ network: 'organisation' });
  const unknown = places.facts({ peer: '10.0.0.1', forwardedFor: 'unknown' });
  expect(unknown).not.toHaveProperty('network');
  expect(unknown).not.toHaveProperty('address');
  expect(unknown.place.evidence).toBe('none');
});

test('countries: a code, none, or no answer', () => {
  expect(places.facts({ peer: '203.0.113.7', deviceCountry: 'FR' }).country).toEqual({ network: 'GB', device: 'FR' });
  expect(places.facts({ peer: '198.51.100.1', deviceCountry: 'France' }).country).toEqual({
    network: 'none',
    device: 'none',
  });
  expect(places.facts({ peer: '192.0.2.1' }).country).toEqual({ device: 'none' });
  const broken = createPlaceEvidence({
    clock,
    countryOf: () => {
      throw new Error('no database');
    },
  });
  expect(broken.facts({ peer: '192.0.2.1' }).country).toEqual({ device: 'none' });
});

test('no coordinate comes out, whatever goes in', () => {
  fc.assert(
    fc.property(fc.anything(), fc.double(), fc.double(), (fix, lat, lon) => {
      const facts = places.facts({
        fix: (typeof fix === 'object' ? { ...fix, lat, lon, accuracy: 5, at: NOW } : fix) as never,
      });
      expect(Object.keys(facts.place).sort()).toEqual(['ageSeconds', 'evidence', 'fence', 'fences']);
      expect(JSON.stringify(facts)).not.toMatch(/lat|lon|accuracy|\d\.\d/);
    }),
    { numRuns: 500, seed: 3 },
  );
});

test('what cannot be is refused when it is configured', () => {
  expect(() => createPlaceEvidence({} as never)).toThrow(TypeError);
  for (const wrong of [
    { maxAgeSeconds: 0 },
    { maxAgeSeconds: Number.NaN },
    { trustedProxies: ['10.0.0.1/8'] },
    { networks: { hscn: ['hscn'] } },
    { fences: { site: { polygon: site.slice(1, 3) } } },
    { fences: { site: { polygon: site, networks: ['ward'] } } },
  ])
    expect(() => createPlaceEvidence({ clock, ...wrong } as never)).toThrow(RangeError);
});
