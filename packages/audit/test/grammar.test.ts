import { base64, concat, uint } from '@wardseal/primitives';
import { seededRandom } from '@wardseal/testkit';
import { describe, expect, it } from 'vitest';
import { formatCheckpoint, parseAnyCheckpointText, parseCheckpointText, parseDecimal } from '../src/checkpoint-text.js';
import { checkSignature, signText } from '../src/cosignature.js';
import { formatEvidence, MAX_EVIDENCE_BUNDLE, parseEvidence } from '../src/evidence.js';
import { generateCosignerKey, generateLogKey, logSigner } from '../src/index.js';
import { MAX_LEAF } from '../src/leaf.js';
import { asText, formatNote, MAX_NOTE, parseNote, parseSignatures } from '../src/note.js';
import { parseVkey, validKeyName, vkeyOf } from '../src/note-key.js';
import { MAX_SIDE } from '../src/sides.js';
import { formatProof, MAX_PROOF, type ProofParts, parseProof } from '../src/tlog-proof.js';
import { MAX_REQUEST, parseRequest, parseSize } from '../src/witness/wire.js';
import { cosigner } from './support/witnesses.js';

const random = seededRandom('grammar');
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const HASH = base64(random(32));
const key = base64(random(68));
const LINE = `\u2014 w.example ${key}\n`;

describe('a decimal', () => {
  it.each(['', '00', '01', '+1', '-1', '1.0', '1e3', ' 1', '1 ', '0x1', '1n', '9007199254740992', '10000000000000000'])(
    'is not %j',
    (text) => expect(parseDecimal(text)).toBe(null),
  );
  it.each([0, 1, 10, 9_007_199_254_740_991])('is %i', (value) => expect(parseDecimal(String(value))).toBe(value));
});

describe("a checkpoint's text", () => {
  const text = `log.example\n300\n${HASH}\n`;
  it('is origin, size and root', () => {
    const head = parseCheckpointText(text)!;
    expect([head.origin, head.size, base64(head.root), formatCheckpoint(head)]).toEqual([
      'log.example',
      300,
      HASH,
      text,
    ]);
    expect(parseAnyCheckpointText(`${text}one\ntwo\n`)).toEqual(head);
  });
  it.each([
    ['no newline at its end', text.slice(0, -1)],
    ['something behind its last newline', `${text}x`],
    ['an empty origin', `\n300\n${HASH}\n`],
    ['an empty line below', `${text}\n`],
    ['no root', 'log.example\n300\n'],
    ['a root of 31 bytes', `log.example\n300\n${base64(random(31))}\n`],
    ['a root of 33 bytes', `log.example\n300\n${base64(random(33))}\n`],
    ['a root that is no base64', `log.example\n300\n${HASH.slice(0, -1)}\n`],
    ['a size that is none', `log.example\nx\n${HASH}\n`],
  ])('has not %s', (_, wrong) => {
    expect(parseCheckpointText(wrong)).toBe(null);
    expect(parseAnyCheckpointText(wrong)).toBe(null);
  });
  it('of our own has no extension', () => expect(parseCheckpointText(`${text}extension\n`)).toBe(null));
});

describe('a note', () => {
  it('is a text and signatures', () => {
    const note = parseNote(`a\n\nb\n\n${LINE}`)!;
    expect(note.text).toBe('a\n\nb\n');
    expect(formatNote(note)).toBe(`a\n\nb\n\n${LINE}`);
    expect(note.signatures[0]).toMatchObject({ name: 'w.example' });
    expect([note.signatures[0]!.id.length, note.signatures[0]!.signature.length]).toEqual([4, 64]);
    expect(parseNote(`\n\n${LINE}`)!.text).toBe('\n');
    // The shortest: a signature of one byte.
    expect(parseSignatures(`\u2014 w ${base64(random(5))}\n`)![0]!.signature.length).toBe(1);
  });
  it.each([
    ['no signature', 'a\n'],
    ['no empty line', `a\n${LINE}`],
    ['no signature below the empty line', 'a\n\n'],
    ['no newline at its end', `a\n\n${LINE.slice(0, -1)}`],
    ['something else for the newline at its end', `a\n\n${LINE.slice(0, -1)}x`],
    ['no text and something in front of the dash', `x${LINE}`],
    ['something in front of the dash', `a\n\nx${LINE}`],
    ['a hyphen for the dash', `a\n\n${LINE.replace('\u2014', '-')}`],
    ['something behind the signature', `a\n\n${LINE.slice(0, -1)} x\n`],
    ['no name', `a\n\n\u2014  ${key}\n`],
    ['a name with a plus sign', `a\n\n\u2014 w+x ${key}\n`],
    ['a name with a no-break space', `a\n\n\u2014 w\u00a0x ${key}\n`],
    ['a signature that is no base64', `a\n\n\u2014 w ${key.slice(0, -1)}\n`],
    ['a key id and no signature', `a\n\n\u2014 w ${base64(random(4))}\n`],
    ['the same signer twice', `a\n\n${LINE}${LINE}`],
    ['a tab', `a\tb\n\n${LINE}`],
    ['a carriage return', `a\r\n\n${LINE}`],
    ['a NUL', `a\0\n\n${LINE}`],
    ['half a surrogate pair', `a\ud800\n\n${LINE}`],
  ])('has not %s', (_, wrong) => expect(parseNote(wrong)).toBe(null));

  it('has at most 32 signatures and 131,072 characters', () => {
    const lines = (count: number) => Array.from({ length: count }, (_, i) => LINE.replace('w.', `w${i}.`)).join('');
    expect(parseSignatures(lines(32))).toHaveLength(32);
    expect(parseSignatures(lines(33))).toBe(null);
    const note = (length: number) => `${'a'.repeat(length - LINE.length - 2)}\n\n${LINE}`;
    expect(parseNote(note(MAX_NOTE))?.text.length).toBe(MAX_NOTE - LINE.length - 1);
    expect(parseNote(note(MAX_NOTE + 1))).toBe(null);
  });

  it('as bytes or text has a limit', () => {
    expect([asText('abc', 3), asText('abc', 2), asText(bytes('abc'), 3), asText(bytes('abc'), 2)]).toEqual([
      'abc',
      null,
      'abc',
      null,
    ]);
    expect(asText(Uint8Array.of(0xff), 3)).toBe(null);
  });
});

const invalid = (message: string) => ({ code: 'KEY_INVALID', message });

async function thrown(work: () => unknown): Promise<unknown> {
  try {
    return await work();
  } catch (error) {
    return error;
  }
}

describe('a key', async () => {
  const { vkey, skey } = await generateLogKey('log.example', random);
  const { vkey: other } = await generateLogKey('log.example', random);
  const partsOf = (text: string) => /^([^+]+)\+([0-9a-f]{8})\+(.+)$/.exec(text)!.slice(1) as [string, string, string];
  const [name, id, body] = partsOf(vkey);
  const [, otherId] = partsOf(other);
  const malformed = 'the key is not a note key of a known kind';
  const unfit = 'the key id does not fit the key';
  const length = 'the key has another length';
  const ofType = (type: number, size: number) => base64(concat(Uint8Array.of(type), random(size)));

  it('is read', () => {
    expect(parseVkey(vkey)).toMatchObject({ name: 'log.example', kind: 'note' });
    expect(vkeyOf(vkey, 'note').publicKey).toHaveLength(32);
  });
  it.each([
    ['nothing', '', malformed],
    ['something in front', `+${vkey}`, malformed],
    ['something behind', `${vkey}\n`, malformed],
    ['a name with a blank', `log example+${id}+${body}`, malformed],
    ['capitals in the id', `${name}+${id.toUpperCase().replace(/^./, 'A')}+${body}`, malformed],
    ['an id that is longer', `${name}+${id}0+${body}`, malformed],
    ['no base64', `${name}+${id}+${body.slice(0, -1)}`, malformed],
    ['an unknown kind', `${name}+${id}+${ofType(2, 32)}`, malformed],
    ['no bytes', `${name}+${id}+====`, malformed],
    ['a byte less', `${name}+${id}+${ofType(1, 31)}`, length],
    ['an Ed25519 key for an ML-DSA-44 one', `${name}+${id}+${ofType(6, 32)}`, length],
    ["another key's id", `${name}+${otherId}+${body}`, unfit],
    ['another name', `elsewhere.example+${id}+${body}`, unfit],
  ])('is not read with %s', async (_, wrong, message) => {
    expect(await thrown(() => parseVkey(wrong))).toMatchObject(invalid(message));
  });
  it('of another kind is refused', async () => {
    const wrongKind = invalid('the key is of a kind that is not wanted here');
    expect(await thrown(() => vkeyOf(vkey, 'cosignature-ed25519'))).toMatchObject(wrongKind);
  });
  it('to sign with is refused when it is none, or does not fit its id', async () => {
    const secret = skey.slice('PRIVATE+KEY+'.length);
    const [, ownId, ownBody] = partsOf(secret);
    for (const [wrong, message] of [
      [secret, 'the key is not a private note key'],
      [`private+key+${secret}`, 'the key is not a private note key'],
      [`PRIVATE+KEY+${secret}x`, malformed],
      [`PRIVATE+KEY+${name}+${ownId}+${ofType(1, 33)}`, length],
      [`PRIVATE+KEY+${name}+${otherId}+${ownBody}`, unfit],
    ] as const)
      expect(await thrown(() => logSigner(wrong))).toMatchObject(invalid(message));
    expect((await logSigner(skey)).vkey).toBe(vkey);
  });
  it('has a name of 1 to 256 characters, no blank, no plus sign', async () => {
    expect(['', 'a b', 'a+b', 'a\u2003b', 'a\u0085b', 'a\0', '\ud800', 'a'.repeat(257)].map(validKeyName)).toEqual(
      Array(8).fill(false),
    );
    expect([validKeyName('a'), validKeyName('ä'), validKeyName('a'.repeat(256))]).toEqual([true, true, true]);
    const wrong = { name: 'RangeError', message: 'name must hold no space and no plus sign' };
    expect(await thrown(() => generateLogKey('a b'))).toMatchObject(wrong);
    expect(await thrown(() => generateCosignerKey('', 'ed25519'))).toMatchObject(wrong);
  });
  it('with ML-DSA-44 signs for names of up to 255 bytes only', async () => {
    const text = (origin: string) => `${origin}\n1\n${HASH}\n`;
    for (const [nameLength, originLength, works] of [
      [255, 255, true],
      [256, 255, false],
      [255, 256, false],
    ] as const) {
      const { signer } = await cosigner('w'.repeat(nameLength), 'ml-dsa-44');
      const result = await thrown(() => signText(text('o'.repeat(originLength)), signer, 0));
      if (works) expect(result).not.toBeInstanceOf(Error);
      else expect(result).toMatchObject(invalid('the signer does not sign for its public key'));
    }
  });
  it('does not hold for a text that is no checkpoint, or a time beyond numbers', async () => {
    const { signer, vkey: own } = await cosigner('w.example', 'ml-dsa-44');
    const checked = parseVkey(own);
    const signature = await signText(`o\n1\n${HASH}\n`, signer, 0);
    expect(await checkSignature({ text: 'no checkpoint\n', signatures: [signature] }, checked)).toEqual({
      state: 'invalid',
    });
    const late = (time: Uint8Array) => concat(time, signature.signature.subarray(8));
    for (const time of [new Uint8Array(8).fill(255), uint(9_007_199_254_741, 8)])
      expect(
        await checkSignature(
          { text: `o\n1\n${HASH}\n`, signatures: [{ ...signature, signature: late(time) }] },
          checked,
        ),
      ).toEqual({ state: 'invalid' });
    const short = { ...signature, signature: signature.signature.slice(0, 7) };
    expect(await checkSignature({ text: `o\n1\n${HASH}\n`, signatures: [short] }, checked)).toEqual({
      state: 'invalid',
    });
  });
});

describe('a proof', () => {
  const parts: ProofParts = {
    index: 7,
    hashes: [random(32), random(32)],
    checkpoint: 'the checkpoint',
    leaf: random(100),
    opening: { r: random(32), side: random(40) },
  };
  const text = formatProof(parts);
  const [first, extra, index] = text.split('\n') as [string, string, string];
  const withExtra = (...pieces: readonly Uint8Array[]) => text.replace(extra, `extra ${base64(concat(...pieces))}`);
  const leafOf = (length: number) => concat(Uint8Array.of(0), uint(length, 2), random(length));

  it('is read as it was written', () => {
    expect(parseProof(text)).toEqual(parts);
    expect(parseProof(bytes(text))).toEqual(parts);
    const bare = { ...parts, hashes: [], opening: null };
    expect(parseProof(formatProof(bare))).toEqual(bare);
    const largest = {
      ...parts,
      hashes: Array.from({ length: 53 }, () => random(32)),
      leaf: random(MAX_LEAF),
      opening: { r: random(32), side: random(MAX_SIDE) },
    };
    expect(parseProof(formatProof(largest))).toEqual(largest);
    const smallest = { ...parts, opening: { r: random(32), side: random(0) } };
    expect(parseProof(formatProof(smallest))).toEqual(smallest);
  });

  it.each<[string, string | Uint8Array]>([
    ['no empty line', text.replace('\n\n', '\n')],
    ['an end behind the index', `${first}\n${extra}\n${index}x`],
    ['nothing in front of the empty line', `\n\n${text}`],
    ['another first line', text.replace('@v1', '@v2')],
    ['no more than a first line', `${first}\n\nx`],
    ['no index', `${first}\n${extra}\n\nx`],
    ['no extra', text.replace(`${extra}\n`, '')],
    ['index and extra swapped', text.replace(`${extra}\n${index}`, `${index}\n${extra}`)],
    ['another word for index', text.replace('index ', 'Index ')],
    ['another word for extra', text.replace('extra ', 'Extra ')],
    ['an index with a sign', text.replace('index 7', 'index +7')],
    ['an extra that is no base64', text.replace(extra, `${extra}=`)],
    ['54 hashes', formatProof({ ...parts, hashes: Array.from({ length: 54 }, () => random(32)) })],
    ['a hash of 31 bytes', formatProof({ ...parts, hashes: [random(31)] })],
    ['a hash that is no base64', text.replace(base64(parts.hashes[0]!), '!')],
    ['an empty extra', withExtra()],
    ['an extra of one byte', withExtra(Uint8Array.of(0))],
    ['another version', withExtra(Uint8Array.of(1), leafOf(10).subarray(1), uint(0, 2))],
    ['a leaf that is too long', formatProof({ ...parts, leaf: random(MAX_LEAF + 1) })],
    ['a leaf that is cut off', withExtra(leafOf(10).subarray(0, 9))],
    ['no length of the opening', withExtra(leafOf(10))],
    ['half a length of the opening', withExtra(leafOf(10), Uint8Array.of(0))],
    ['an opening that is cut off', withExtra(leafOf(10), uint(40, 2), random(39))],
    ['bytes behind the opening', withExtra(leafOf(10), uint(40, 2), random(41))],
    ['bytes behind no opening', withExtra(leafOf(10), uint(0, 2), random(1))],
    ['an opening without all of its blinding', withExtra(leafOf(10), uint(31, 2), random(31))],
    ['an opening that is too long', formatProof({ ...parts, opening: { r: random(32), side: random(MAX_SIDE + 1) } })],
    ['bytes that are no text', Uint8Array.of(0xff)],
    ['too many bytes', text + ' '.repeat(MAX_PROOF - text.length + 1)],
  ])('has not %s', async (_, wrong) => {
    expect(await thrown(() => parseProof(wrong))).toMatchObject({
      code: 'RECEIPT_INVALID',
      message: 'the receipt is malformed',
    });
  });

  it('may have as many characters as its largest parts need', () => {
    // docs/spec: the largest note, 53 hashes of 45 characters, and leaf and opening in base64, with some room.
    const encoded = Math.ceil((MAX_LEAF + MAX_SIDE + 64) / 3) * 4;
    expect(MAX_PROOF).toBe(131_072 + 100 + 53 * 45 + encoded);
    expect(parseProof(text + ' '.repeat(MAX_PROOF - text.length)).index).toBe(7);
  });
});

describe('a request to a witness', () => {
  const checkpoint = `log.example\n300\n${HASH}\n\n${LINE}`;
  const hashes = (count: number) => `${HASH}\n`.repeat(count);
  it('is read', () => {
    const parsed = parseRequest(bytes(`old 77\n${hashes(63)}\n${checkpoint}`))!;
    expect([parsed.oldSize, parsed.proof.length, parsed.checkpoint, parsed.head.size]).toEqual([
      77,
      63,
      checkpoint,
      300,
    ]);
    expect(parsed.note.signatures).toHaveLength(1);
  });
  it.each<[string, string | Uint8Array]>([
    ['no old size', `${hashes(1)}\n${checkpoint}`],
    ['another word for old', `Old 7\n\n${checkpoint}`],
    ['an old size with a leading zero', `old 07\n\n${checkpoint}`],
    ['64 hashes', `old 7\n${hashes(64)}\n${checkpoint}`],
    ['a hash of 31 bytes', `old 7\n${base64(random(31))}\n\n${checkpoint}`],
    ['a hash that is no base64', `old 7\n!\n\n${checkpoint}`],
    ['no checkpoint', 'old 7\n\n'],
    ['no empty line', 'old 7\n'],
    ['an end behind the old size', 'old 7x'],
    ['a note that is no checkpoint', `old 7\n\nhello\n\n${LINE}`],
    ['bytes that are no text', Uint8Array.of(0xff)],
    ['too many bytes', `old 7\n\n${checkpoint}${' '.repeat(MAX_REQUEST)}`],
  ])('has not %s', (_, wrong) => {
    expect(parseRequest(typeof wrong === 'string' ? bytes(wrong) : wrong)).toBe(null);
  });
  it('has room for the largest note, 63 hashes of 45 characters and the old size', () => {
    expect(MAX_REQUEST).toBe(32 + 63 * 45 + 1 + 131_072);
  });
  it('is answered with a size and a newline', () => {
    expect(parseSize(bytes('77\n'))).toBe(77);
    for (const wrong of ['77', '77\n\n', '077\n', '', '\n']) expect(parseSize(bytes(wrong))).toBe(null);
    expect(parseSize(Uint8Array.of(0xff, 0x0a))).toBe(null);
  });
});

describe('evidence', () => {
  const view = { older: 'a', newer: 'b', beginning: { root: random(32), path: [random(32), random(32)] } };
  const text = formatEvidence(view);
  it('is read as it was written', () => {
    expect(parseEvidence(text)).toEqual(view);
    expect(parseEvidence(bytes(text))).toEqual(view);
    expect(parseEvidence(formatEvidence({ ...view, beginning: null }))).toEqual({ ...view, beginning: null });
    const longest = { ...view, beginning: { ...view.beginning, path: Array.from({ length: 63 }, () => random(32)) } };
    expect(parseEvidence(formatEvidence(longest))).toEqual(longest);
  });
  it.each([
    ['no JSON', 'x'],
    ['no newline', text.slice(0, -1)],
    ['null', 'null\n'],
    ['a list', '[]\n'],
    ['a blank', text.replace(':', ': ')],
    ['an escape', text.replace('"a"', '"\\u0061"')],
    ['another format', text.replace('@v0', '@v1')],
    ['another order', text.replace('"older":"a","newer":"b"', '"newer":"b","older":"a"')],
    ['another field', text.replace('{', '{"more":1,')],
    ['a number for a checkpoint', text.replace('"a"', '1')],
    ['a number for the newer checkpoint', text.replace('"b"', '1')],
    ['no beginning', text.replace(/"beginning":.*\}\}/, '"beginning":1}')],
    ['a path that is none', text.replace(/"path":\[.*\]/, '"path":1')],
    ['a number in the path', text.replace(/"path":\[.*\]/, '"path":[1]')],
    ['64 hashes', formatEvidence({ ...view, beginning: { ...view.beginning, path: Array(64).fill(random(32)) } })],
    ['a hash of 31 bytes', formatEvidence({ ...view, beginning: { ...view.beginning, path: [random(31)] } })],
    ['a root of 33 bytes', formatEvidence({ ...view, beginning: { ...view.beginning, root: random(33) } })],
  ])('has not %s', (_, wrong) => expect(parseEvidence(wrong)).toBe(null));
  it('has a limit', () => {
    const long = (length: number) => formatEvidence({ ...view, older: 'a'.repeat(length - text.length + 1) });
    expect(long(MAX_EVIDENCE_BUNDLE).length).toBe(MAX_EVIDENCE_BUNDLE);
    expect(parseEvidence(long(MAX_EVIDENCE_BUNDLE))).not.toBe(null);
    expect(parseEvidence(long(MAX_EVIDENCE_BUNDLE + 1))).toBe(null);
    expect(MAX_EVIDENCE_BUNDLE).toBe(4 * 131_072 + 64 * 48 + 200);
  });
});
