import { base64url } from '@wardseal/primitives';
import { beforeAll, describe, expect, it } from 'vitest';
import { encodeStanza, stanzaDigest } from '../src/header.js';
import {
  addRecipients,
  type ChangeOptions,
  limits,
  listRecipients,
  open,
  recipientThumbprint,
  release,
  removeRecipients,
  rewrapWithout,
  rotate,
  type SealedFile,
  seal,
} from '../src/index.js';
import { type Inside, openUp, rebuild, withGrant } from './craft.js';
import { codeOf, content, NOW, type Person, person, type World, world } from './world.js';

// What a change of recipients is not made with, and what no grant may ask of whoever reads it.

let w: World;
let carol: Person;
let file: SealedFile;
let acting: ChangeOptions;
let inside: Inside;
const thumbprint = (one: Person) => recipientThumbprint(one.entry.recipient);

beforeAll(async () => {
  carol = await person('carol', 'classic');
  w = await world('classic', [carol]);
  acting = {
    actor: { identities: [w.custodian.identity], sender: { keys: w.custodian.keys, entry: w.custodian.entry } },
    directory: w.directory,
    reason: 'on call',
    resolveSender: w.directory.resolveSender,
    authorizeGrant: () => true,
    now: NOW,
  };
  file = await seal(content(100), w.sealing);
  inside = await openUp(file.bytes, w.bob.identity);
});

describe('the mistakes of a caller', () => {
  it('of a change: no header, no reason, nobody who acts', async () => {
    const change = (given: object, header: unknown = file.header) =>
      codeOf(() => addRecipients(header as Uint8Array, [carol.entry], { ...acting, ...given } as ChangeOptions));
    expect(await change({})).toBe('accepted');
    for (const header of [null, 'text', [...file.header], file.header.buffer])
      expect(await change({}, header)).toBe('TypeError: header must be a Uint8Array');
    for (const reason of [undefined, '', 'x'.repeat(limits.MAX_NAME_LENGTH + 1), 7])
      expect(await change({ reason })).toBe('TypeError: reason must be a text of 1 to 256 characters');
    for (const logEntry of [null, '', 'x'.repeat(limits.MAX_NAME_LENGTH + 1)])
      expect(await change({ logEntry })).toBe('TypeError: logEntry must be a text of 1 to 256 characters');
    expect(await change({ reason: 'x'.repeat(limits.MAX_NAME_LENGTH), logEntry: 'x' })).toBe('accepted');
    expect(await change({ actor: undefined })).toMatch(/^TypeError/);
    expect(await change({ actor: { ...acting.actor, identities: [] } })).toMatch(/^TypeError/);
    expect(await change({ directory: undefined })).toMatch(/^TypeError/);
    expect(await change({ resolveSender: undefined })).toMatch(/^TypeError/);
    for (const now of [-1, 0.5, Number.NaN, '1']) expect(await change({ now })).toMatch(/^RangeError/);
  });

  it('of additions: nobody, a role that is none', async () => {
    for (const recipients of [[], undefined, carol.entry])
      expect(await codeOf(() => addRecipients(file.header, recipients as never, acting))).toBe(
        'TypeError: recipients must not be empty',
      );
    for (const role of ['owner', 'recovery', 'link', null])
      expect(await codeOf(() => addRecipients(file.header, [carol.entry], { ...acting, role: role as never }))).toMatch(
        /^TypeError: role must be/,
      );
  });

  it('of a release: no log entry, nobody to release to', async () => {
    const releasing = { ...acting, logEntry: 'log-7' };
    const to = (given: unknown, options: object = releasing) =>
      codeOf(() => release(file.header, given as never, options as typeof releasing));
    expect(await to(carol.entry)).toBe('accepted');
    expect(await to(carol.entry, acting)).toBe('TypeError: logEntry must be a text of 1 to 256 characters');
    for (const other of [
      undefined,
      null,
      carol.entry.recipient,
      { ...carol.entry, person: '' },
      { recipient: 'age1x' },
    ])
      expect(await to(other)).toBe('TypeError: to must be a directory entry or a session key');
  });

  it('of removals and rotations: nobody left, nobody named', async () => {
    for (const thumbprints of [[], undefined, thumbprint(w.alice)])
      expect(await codeOf(() => rewrapWithout(file.header, thumbprints as never, acting))).toMatch(/^TypeError: \w/);
    const removing = { ...acting, recipients: [w.bob.entry] };
    for (const recipients of [[], undefined]) {
      const options = { ...removing, recipients } as never;
      expect(await codeOf(() => removeRecipients(file.bytes, [thumbprint(w.alice)], options))).toMatch(
        /^TypeError: \w/,
      );
      expect(await codeOf(() => rotate(file.bytes, options))).toMatch(/^TypeError: \w/);
    }
    expect(await codeOf(() => removeRecipients(file.bytes, [], removing))).toMatch(/^TypeError: \w/);
    expect(await codeOf(() => rotate('text' as never, removing))).toMatch(/^TypeError: \w/);
    for (const header of [undefined, 'text'])
      expect(await codeOf(() => listRecipients(header as never, w.opening))).toBe(
        'TypeError: header must be a Uint8Array',
      );
  });
});

describe('a grant whose earlier header nobody could have written', () => {
  const opened = (stanzas: Inside['stanzas']) =>
    open(rebuild(inside, { stanzas }), { ...w.opening, authorizeGrant: () => true });
  const line = (text: string, at: number) => ({ at, thumbprint: 'x', stanza: text });

  it('with too many stanzas', async () => {
    const junk = Array.from({ length: limits.MAX_STANZAS - 1 - inside.stanzas.length }, () =>
      encodeStanza('x', [], new Uint8Array(0)),
    );
    const removed = [0, 1].map((at) => line('-> x\n\n', at));
    const many = { ...inside, stanzas: [...inside.stanzas, ...junk] };
    const stanzas = await withGrant(many, { by: w.custodian, claims: { kind: 'remove', removed } });
    await expect(opened(stanzas)).rejects.toMatchObject({
      code: 'LIMIT',
      what: 'MAX_STANZAS',
      limit: limits.MAX_STANZAS,
      message: 'an earlier header would have too many stanzas',
    });
    // one less is no question of length any more
    const claims = { kind: 'remove', removed: removed.slice(1) };
    expect(await codeOf(async () => opened(await withGrant(many, { by: w.custodian, claims })))).not.toBe('LIMIT');
  });

  it('with the digests of other stanzas', async () => {
    const added = [
      { thumbprint: thumbprint(carol), role: 'member', digest: base64url(stanzaDigest(inside.stanzas[0]!)) },
    ];
    const stanzas = await withGrant(inside, { by: w.custodian, to: [carol.entry], claims: { added } });
    expect(await codeOf(() => opened(stanzas))).toBe('RECIPIENTS_MISMATCH');
  });
});
