import { createHash } from 'node:crypto';
import { inflateSync } from 'node:zlib';
import { afterEach, describe, expect, it } from 'vitest';
import { decodeArmor, encodeArmor, open } from '../../src/index.js';
import { forceBackend } from '../../src/testing.js';
import { codeOf } from '../world.js';

// The age test suite of C2SP/CCTV: each vector says what must come of it, and why.

interface Vector {
  readonly name: string;
  readonly expect: string;
  readonly fields: ReadonlyMap<string, string>;
  readonly file: Uint8Array;
}

const CODES: Readonly<Record<string, readonly string[]>> = {
  'armor failure': ['ARMOR_INVALID'],
  // a scrypt work factor beyond what we compute is our limit, not a broken header
  'header failure': ['HEADER_INVALID', 'LIMIT'],
  'HMAC failure': ['MAC_INVALID'],
  'no match': ['NO_MATCH'],
  'payload failure': ['PAYLOAD_INVALID'],
};

function parse([name, data]: [string, Uint8Array]): Vector {
  const end = Buffer.from(data).indexOf('\n\n');
  const fields = new Map(
    Buffer.from(data.subarray(0, end))
      .toString()
      .split('\n')
      .map((line) => [line.slice(0, line.indexOf(': ')), line.slice(line.indexOf(': ') + 2)]),
  );
  const body = data.subarray(end + 2);
  return {
    name,
    fields,
    expect: fields.get('expect')!,
    file: fields.get('compressed') === 'zlib' ? new Uint8Array(inflateSync(body)) : body,
  };
}

// By a name that TypeScript does not follow: the package's declarations do not compile as a module.
const suite: string = 'cctv-age';
const vectors = (await import(/* @vite-ignore */ suite)) as Readonly<Record<string, Uint8Array>>;
const all = Object.entries(vectors).map(parse);

async function openVector({ fields, file }: Vector): Promise<Uint8Array> {
  const identity = fields.get('identity');
  const passphrase = fields.get('passphrase');
  const { plaintext } = await open(fields.get('armored') === 'yes' ? decodeArmor(file) : file, {
    ...(identity === undefined ? {} : { identities: [identity] }),
    ...(passphrase === undefined ? {} : { passphrase }),
    allowUnsigned: true,
  });
  return plaintext;
}

afterEach(() => forceBackend());

describe('CCTV age vectors', () => {
  it('are all 143 there', () => {
    expect(all).toHaveLength(143);
    expect(all.filter((vector) => vector.expect === 'success')).toHaveLength(26);
  });

  describe.each(['node', 'webcrypto', 'noble'] as const)('on %s', (backend) => {
    it.each(all.map((vector) => [vector.name, vector] as const))('%s', async (_, vector) => {
      forceBackend(backend);
      if (vector.expect === 'success') {
        const digest = createHash('sha256')
          .update(await openVector(vector))
          .digest('hex');
        expect(digest).toBe(vector.fields.get('payload'));
      } else {
        expect(CODES[vector.expect]).toContain(await codeOf(() => openVector(vector)));
      }
    });
  });

  it('in armor come back the same when armored again', () => {
    const armored = all.filter((vector) => vector.fields.get('armored') === 'yes' && vector.expect === 'success');
    for (const { file } of armored) {
      const text = Buffer.from(file).toString().trim().replaceAll('\r\n', '\n');
      expect(encodeArmor(decodeArmor(file)).trim()).toBe(text);
    }
    expect(armored.length).toBeGreaterThan(5);
  });
});
