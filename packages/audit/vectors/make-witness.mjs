// Writes witness.json from a fixed seed: `node vectors/make-witness.mjs`. It signs with node:crypto and noble, and builds
// trees by RFC 6962's own recursion, so that the vectors owe nothing to the code they test.
import { createHash, createPrivateKey, createPublicKey, sign } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { ml_dsa44 } from '@noble/post-quantum/ml-dsa.js';

const sha256 = (...parts) => createHash('sha256').update(Buffer.concat(parts)).digest();
const u64 = (value) => {
  const out = Buffer.alloc(8);
  out.writeBigUInt64BE(BigInt(value));
  return out;
};
const origin = 'audit.demo-trust.example/2026';
const time = 1772355600;

// Keys, each from the SHA-256 of its name.
function ed25519(name, type) {
  const seed = sha256(Buffer.from(`wardseal vectors ${name} ${type}`));
  const prefix = Buffer.from('302e020100300506032b657004220420', 'hex');
  const key = createPrivateKey({ key: Buffer.concat([prefix, seed]), format: 'der', type: 'pkcs8' });
  const publicKey = createPublicKey(key).export({ format: 'der', type: 'spki' }).subarray(12);
  return { name, type, publicKey, sign: (message) => sign(null, message, key) };
}
function mldsa(name) {
  const { publicKey, secretKey } = ml_dsa44.keygen(sha256(Buffer.from(`wardseal vectors ${name} 6`)));
  const signed = (message) => Buffer.from(ml_dsa44.sign(message, secretKey, { extraEntropy: false }));
  return { name, type: 6, publicKey: Buffer.from(publicKey), sign: signed };
}
const idOf = ({ name, type, publicKey }) => sha256(Buffer.from(`${name}\n`), Buffer.of(type), publicKey).subarray(0, 4);
const vkeyOf = (key) =>
  `${key.name}+${idOf(key).toString('hex')}+${Buffer.concat([Buffer.of(key.type), key.publicKey]).toString('base64')}`;

// Trees.
const leaf = (text) => sha256(Buffer.of(0), Buffer.from(text));
function root(leaves) {
  if (leaves.length === 0) return sha256();
  if (leaves.length === 1) return leaves[0];
  let k = 1;
  while (k * 2 < leaves.length) k *= 2;
  return sha256(Buffer.of(1), root(leaves.slice(0, k)), root(leaves.slice(k)));
}
function consistency(m, leaves, known = true) {
  const n = leaves.length;
  if (m === 0) return [];
  if (m === n) return known ? [] : [root(leaves)];
  let k = 1;
  while (k * 2 < n) k *= 2;
  if (m <= k) return [...consistency(m, leaves.slice(0, k), known), root(leaves.slice(k))];
  return [...consistency(m - k, leaves.slice(k), false), root(leaves.slice(0, k))];
}
const tree = (size, branch = '', from = 0) =>
  Array.from({ length: size }, (_, i) => leaf(`leaf ${i}${i >= from ? branch : ''}`));

// Notes.
const textOf = (leaves, name = origin) => `${name}\n${leaves.length}\n${root(leaves).toString('base64')}\n`;
function messageOf(key, text, at) {
  if (key.type === 1) return Buffer.from(text);
  if (key.type === 4) return Buffer.from(`cosignature/v1\ntime ${at}\n${text}`);
  const [name, size, hash] = text.split('\n');
  const cosigner = Buffer.from(key.name);
  return Buffer.concat([
    ...[Buffer.from('subtree/v1\n\0'), Buffer.of(cosigner.length), cosigner, u64(at)],
    ...[Buffer.of(name.length), Buffer.from(name), u64(0), u64(size), Buffer.from(hash, 'base64')],
  ]);
}
function line(key, text, at = time) {
  const signature = key.sign(messageOf(key, text, at));
  const timed = key.type === 1 ? signature : Buffer.concat([u64(at), signature]);
  return `— ${key.name} ${Buffer.concat([idOf(key), timed]).toString('base64')}\n`;
}
const note = (text, ...lines) => `${text}\n${lines.join('')}`;

const log = ed25519(origin, 1);
const pqLog = mldsa(origin);
const a = ed25519('a.witness.example', 4);
const b = ed25519('b.witness.example', 4);
const pq = mldsa('pq.witness.example');
const other = ed25519(origin.replace('2026', '2025'), 1);
const impostor = { ...ed25519('impostor', 1), name: origin };

// Policies.
const [A, B, PQ, LOG] = [a, b, pq, log].map(vkeyOf);
const three = `log ${LOG}\nwitness a ${A}\nwitness b ${B}\nwitness pq ${PQ}\n`;
const twoOf = `${three}group two 2 a b pq\nquorum two\n`;
const good = (name, text) => ({ name, text, result: 'valid' });
const bad = (name, text, at) => ({ name, text, result: 'invalid', code: 'POLICY_INVALID', ...(at && { line: at }) });
const policies = [
  good('two of three', twoOf),
  good('comments, tabs, empty lines', `# a\n\n \t# b\n\twitness  a\t${A} https://a.example/ \nquorum a\n`),
  good('nested groups', `${three}group one any a b\ngroup both all one pq\nquorum both\n`),
  good('no quorum wanted', 'quorum none\n'),
  bad('no quorum', three),
  bad('two quorums', 'quorum none\nquorum none\n', 2),
  bad('the last line cut off', `${three}quorum a`),
  bad('carriage returns', 'quorum none\r\n', 1),
  bad('an unknown keyword', `${three}threshold 2\nquorum a\n`, 5),
  bad('a log key for a witness', `witness a ${LOG}\nquorum a\n`, 1),
  bad('a witness key for a log', `log ${A}\nquorum none\n`, 1),
  bad('one key twice', `witness a ${A}\nwitness b ${A}\nquorum a\n`, 2),
  bad('one name twice', `witness a ${A}\nwitness a ${B}\nquorum a\n`, 2),
  bad('a witness called none', `witness none ${A}\nquorum none\n`, 1),
  bad('a member from below', `group g any a\nwitness a ${A}\nquorum g\n`, 1),
  bad('a member of two groups', `${three}group g any a\ngroup h any a\nquorum g\n`, 6),
  bad('a threshold of zero', `${three}group g 0 a b\nquorum g\n`, 5),
  bad('a threshold above its members', `${three}group g 3 a b\nquorum g\n`, 5),
  bad('a threshold with a leading zero', `${three}group g 02 a b\nquorum g\n`, 5),
  bad('a group without members', `${three}group g any\nquorum a\n`, 5),
  bad('a quorum that is not defined', `${three}quorum c\n`, 5),
  bad('a key with another id', `witness a ${A.replace(/\+[0-9a-f]{8}\+/, '+00000000+')}\nquorum a\n`, 1),
];

// Checkpoints under that policy.
const text = textOf(tree(7));
const l = line(log, text);
const check = (name, checkpoint, more = {}) => ({ name, checkpoint, result: 'valid', ...more });
const fail = (name, code, checkpoint, more = {}) => ({ name, checkpoint, result: 'invalid', code, ...more });
const changed = (checkpoint, from, to) => {
  if (!checkpoint.includes(from)) throw new Error(`nothing to change: ${from}`);
  return checkpoint.replace(from, to);
};
const both = note(text, l, line(a, text), line(b, text, time + 9));
const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
// The last digit carries two bits that must be zero.
const tail = (signature) => `${signature.slice(0, -3)}${ALPHABET[ALPHABET.indexOf(signature.at(-3)) + 1]}=\n`;
function restamped(key, at) {
  const [dash, name, body] = line(key, text).split(' ');
  const bytes = Buffer.from(body, 'base64');
  u64(at).copy(bytes, 4);
  return `${dash} ${name} ${bytes.toString('base64')}\n`;
}
const checkpoints = [
  check('two cosignatures', both, { signed: ['a', 'b'] }),
  check('with an ML-DSA-44 one', note(text, l, line(a, text), line(pq, text)), { signed: ['a', 'pq'] }),
  check('in another order, with a stranger’s', note(text, line(b, text), line(other, text), line(a, text), l), { signed: ['a', 'b'] }),
  check('the log’s post-quantum signature too', note(text, l, line(pqLog, text), line(a, text), line(b, text)), { pq: true, signed: ['a', 'b'] }),
  check('as old as may be', both, { now: time + 100, maxAge: 100, signed: ['a', 'b'] }),
  fail('one cosignature', 'QUORUM_MISSING', note(text, l, line(a, text))),
  fail('none', 'QUORUM_MISSING', note(text, l)),
  fail('an old quorum with a young member', 'CHECKPOINT_STALE', both, { now: time + 101, maxAge: 100 }),
  fail('a witness from the future', 'CHECKPOINT_STALE', note(text, l, line(a, text), line(b, text, time + 9999)), { now: time + 101, maxAge: 100 }),
  fail('without the post-quantum signature', 'CHECKPOINT_UNSIGNED', both, { pq: true }),
  fail('a cosignature for another size', 'SIGNATURE_INVALID', note(text, l, line(a, text), line(b, textOf(tree(8))))),
  fail('a cosignature with another time', 'SIGNATURE_INVALID', note(text, l, line(a, text), restamped(b, time + 16))),
  fail('an ML-DSA-44 one for another origin', 'SIGNATURE_INVALID', note(text, l, line(a, text), line(pq, textOf(tree(7), 'other.example')))),
  fail('a signature by an impostor of the log’s name', 'CHECKPOINT_UNSIGNED', note(text, line(impostor, text), line(a, text), line(b, text))),
  fail('the log’s signature on another root', 'SIGNATURE_INVALID', note(text, line(log, textOf(tree(7, 'x'))), line(a, text), line(b, text))),
  fail('another log', 'ORIGIN_MISMATCH', note(textOf(tree(7), other.name), line(other, textOf(tree(7), other.name)))),
  fail('the same cosignature twice', 'CHECKPOINT_INVALID', note(text, l, line(a, text), line(a, text))),
  fail('an extension line', 'CHECKPOINT_INVALID', note(`${text}x\n`, line(log, `${text}x\n`), line(a, `${text}x\n`), line(b, `${text}x\n`))),
  fail('a size with a leading zero', 'CHECKPOINT_INVALID', changed(both, '\n7\n', '\n07\n')),
  fail('base64 that is not canonical', 'CHECKPOINT_INVALID', note(text, tail(l), line(a, text), line(b, text))),
  fail('two spaces', 'CHECKPOINT_INVALID', changed(both, '— a.', '—  a.')),
  fail('a hyphen for the dash', 'CHECKPOINT_INVALID', changed(both, '— a.', '- a.')),
  fail('a carriage return', 'CHECKPOINT_INVALID', changed(both, '\n7\n', '\n7\r\n')),
  fail('cut off', 'CHECKPOINT_INVALID', both.slice(0, -1)),
  fail('a line behind it', 'CHECKPOINT_INVALID', `${both}\n`),
];

// A conversation with a witness of this log: its memory starts empty, and every request follows the one before.
const ask = (old, leaves, proof = consistency(old, leaves), signed) =>
  `old ${old}\n${proof.map((hash) => `${hash.toString('base64')}\n`).join('')}\n${signed ?? note(textOf(leaves), line(log, textOf(leaves)))}`;
const says = (name, body, status, size) => ({ name, body, status, ...(size !== undefined && { size }) });
const zero = Buffer.alloc(32);
const conversation = [
  says('an old size that it never saw', ask(3, tree(5)), 409, 0),
  says('a proof where none is due', ask(0, tree(5), [zero]), 422),
  says('the first checkpoint', ask(0, tree(5)), 200),
  says('the same again, as after a crash', ask(5, tree(5)), 200),
  says('an old size from before', ask(0, tree(8)), 409, 5),
  says('a rollback', ask(3, tree(4)), 409, 5),
  says('an old size above the size', ask(5, tree(4), []), 400),
  says('another root for the same size', ask(5, tree(5, 'x', 2)), 422),
  says('a fork', ask(5, tree(8, 'x', 2)), 422),
  says('a proof too short', ask(5, tree(8), consistency(5, tree(8)).slice(1)), 422),
  says('a proof too long', ask(5, tree(8), [...consistency(5, tree(8)), zero]), 422),
  says('a log that it does not know', ask(0, tree(8), [], note(textOf(tree(8), other.name), line(other, textOf(tree(8), other.name)))), 404),
  says('no signature of the log', ask(5, tree(8), undefined, note(textOf(tree(8)), line(a, textOf(tree(8))))), 403),
  says('a wrong signature of the log', ask(5, tree(8), undefined, note(textOf(tree(8)), line(log, textOf(tree(9))))), 403),
  says('an impostor of the log’s name', ask(5, tree(8), undefined, note(textOf(tree(8)), line(impostor, textOf(tree(8))))), 403),
  says('64 proof lines', ask(5, tree(8), Array.from({ length: 64 }, () => zero)), 400),
  says('an old size with a leading zero', ask('05', tree(8), []), 400),
  says('no empty line', ask(5, tree(8), []).replace('\n\n', '\n'), 400),
  says('carriage returns', ask(5, tree(8)).replaceAll('\n', '\r\n'), 400),
  says('a hash that is short', ask(5, tree(8), [Buffer.alloc(31)]), 400),
  says('nothing', '', 400),
  says('what extends it', ask(5, tree(8)), 200),
  says('a larger one', ask(8, tree(300)), 200),
];

// Evidence of split views.
const signed = (leaves) => note(textOf(leaves), line(log, textOf(leaves)));
const bundle = (older, newer, beginning) =>
  `${JSON.stringify({ format: 'wardseal.org/split-view@v0', older, newer, beginning })}\n`;
const b64 = (hashes) => hashes.map((hash) => hash.toString('base64'));
const shows = (older, newer) => ({ root: root(newer.slice(0, older)).toString('base64'), path: b64(consistency(older, newer)) });
const [mine, theirs] = [tree(5), tree(9, 'x', 2)];
const proves = (name, kind, text) => ({ name, bundle: text, result: 'valid', kind });
const proven = bundle(signed(mine), signed(theirs), shows(5, theirs));
const nothing = (name, text, code = 'EVIDENCE_INVALID') => ({ name, bundle: text, result: 'invalid', code });
const evidence = [
  proves('two roots for one size', 'same-size', bundle(signed(tree(9)), signed(theirs), null)),
  proves('a newer tree that begins otherwise', 'other-beginning', proven),
  nothing('one checkpoint twice', bundle(signed(mine), signed(mine), null)),
  nothing('two sizes and no path', bundle(signed(mine), signed(theirs), null)),
  nothing('an honest log', bundle(signed(mine), signed(tree(9)), shows(5, tree(9)))),
  nothing('a root made up', bundle(signed(mine), signed(tree(9)), { ...shows(5, tree(9)), root: zero.toString('base64') })),
  nothing('the newer one first', bundle(signed(theirs), signed(mine), shows(5, theirs))),
  nothing('a path too short', bundle(signed(mine), signed(theirs), { ...shows(5, theirs), path: shows(5, theirs).path.slice(1) })),
  nothing('a checkpoint that the log did not sign', bundle(note(textOf(tree(9)), line(impostor, textOf(tree(9)))), signed(theirs), null), 'CHECKPOINT_UNSIGNED'),
  nothing('another log', bundle(note(textOf(mine, other.name), line(other, textOf(mine, other.name))), signed(theirs), shows(5, theirs)), 'ORIGIN_MISMATCH'),
  nothing('spaces', proven.replace('{"format"', '{ "format"')),
  nothing('another order', proven.replace(/("older":"[^"]*"),("newer":"[^"]*")/, '$2,$1')),
  nothing('an unknown field', proven.replace('{"format"', '{"note":"","format"')),
  nothing('no newline at the end', proven.slice(0, -1)),
  nothing('another format', proven.replace('@v0', '@v1')),
];

const file = {
  comment: 'C2SP signed-note v1.0.0, tlog-checkpoint v1.0.0, tlog-cosignature v1.1.0-rc.1, tlog-witness v1.0.0, tlog-policy of July 2026; docs/spec/witness.md, docs/spec/split-view.md. Times are seconds.',
  logKey: LOG,
  pqLogKey: vkeyOf(pqLog),
  witnessPolicy: twoOf,
  policies,
  checkpoints,
  conversation,
  evidence,
};
writeFileSync(new URL('./witness.json', import.meta.url), `${JSON.stringify(file, null, 2)}\n`);
