// Writes the links that must be refused into shlink.json: node packages/link-signing/vectors/make-shlink.mjs
import { readFileSync, writeFileSync } from 'node:fs';

const FILE = new URL('shlink.json', import.meta.url);
const HOST = 'img.trust.example';
const base64url = (data) => Buffer.from(data).toString('base64url');
const payload = (changes = {}) => ({
  url: `https://${HOST}/m/${base64url(Buffer.alloc(57, 77))}`,
  key: base64url(Buffer.alloc(32, 99)),
  exp: 2_000_000_000,
  flag: 'P',
  label: 'Shared health information',
  v: 1,
  ...changes,
});
const uriOf = (value) => `shlink:/${base64url(typeof value === 'string' ? value : JSON.stringify(value))}`;

const { url, key } = payload();
/** What a payload is like that is in no right form, and the property at fault. */
const invalid = [
    ['no object', '[]'],
    ['null', 'null'],
    ['no JSON', 'shlink'],
    ['nothing', ''],
    ['blanks between', JSON.stringify(payload(), null, 1)],
    ['a blank behind', `${JSON.stringify(payload())} `],
    ['a property twice', `{"url":"https://evil.example/",${JSON.stringify(payload()).slice(1)}`],
    ['another escape', JSON.stringify(payload()).replace('Shared', '\\u0053hared')],
    ['a number in another spelling', JSON.stringify(payload()).replace('2000000000', '2e9')],
    ['an unknown property', payload({ exq: 1 }), 'unknown property'],
    ['another version', payload({ v: 2 }), 'v'],
    ['a version as text', payload({ v: '1' }), 'v'],
    ['an unknown flag', payload({ flag: 'Q' }), 'flag'],
    ['flags out of order', payload({ flag: 'PL' }), 'flag'],
    ['a flag twice', payload({ flag: 'PP' }), 'flag'],
    ['U with P', payload({ flag: 'PU' }), 'flag'],
    ['an empty flag', payload({ flag: '' }), 'flag'],
    ['a label that is too long', payload({ label: 'x'.repeat(81) }), 'label'],
    ['a label with a line break', payload({ label: 'a\nb' }), 'label'],
    ['a label that is none', payload({ label: 1 }), 'label'],
    ['an expiry as text', payload({ exp: '2000000000' }), 'exp'],
    ['an expiry with a fraction', payload({ exp: 1.5 }), 'exp'],
    ['an expiry of nothing', payload({ exp: 0 }), 'exp'],
    ['no key', { url }, 'key'],
    ['a short key', payload({ key: key.slice(1) }), 'key'],
    ['a key with spare bits', payload({ key: `${key.slice(0, 42)}${key.endsWith('9') ? '-' : '9'}` }), 'key'],
    ['a padded key', payload({ key: `${key.slice(0, 42)}=` }), 'key'],
    ['no address', { key }, 'url'],
    ['http', payload({ url: url.replace('https', 'http') }), 'url'],
    ['another scheme', payload({ url: url.replace('https', 'file') }), 'url'],
    ['a user', payload({ url: url.replace('//', '//me@') }), 'url'],
    ['a fragment', payload({ url: `${url}#x` }), 'url'],
    ['a host in capitals', payload({ url: url.replace('img', 'IMG') }), 'url'],
    ['the default port', payload({ url: url.replace('.example', '.example:443') }), 'url'],
    ['dots to be walked', payload({ url: url.replace('/m/', '/m/../m/') }), 'url'],
    ['a backslash', payload({ url: url.replace('/m/', '\\m/') }), 'url'],
    ['a blank', payload({ url: `${url} ` }), 'url'],
    ['more than 128 characters', payload({ url: url.padEnd(129, 'A') }), 'url'],
    ['an address that can be guessed', payload({ url: `https://${HOST}/m/1` }), 'url'],
  ];

/** Addresses of others. */
const elsewhere = [
    ['another host', `https://evil.example/m/${'A'.repeat(43)}`],
    ['the host as a part of another', `https://${HOST}.evil.example/m/${'A'.repeat(43)}`],
    ['another port', `https://${HOST}:8443/m/${'A'.repeat(43)}`],
    ['an address of this machine', `https://127.0.0.1/m/${'A'.repeat(43)}`],
    ['the metadata service of a cloud', `https://169.254.169.254/${'A'.repeat(43)}`],
    ['a number that is an address', `https://[::1]/m/${'A'.repeat(43)}`],
    ['a dot behind', `https://${HOST}./m/${'A'.repeat(43)}`],
  ];

/** Links that are not spelled like one. */
const misspelled = [
    '',
    'shlink:',
    'shlink://AAAA',
    'SHLINK:/AAAA',
    ' shlink:/AAAA',
    `https://viewer.example/#${uriOf(payload())}`,
  ];

const vectors = JSON.parse(readFileSync(FILE, 'utf8'));
vectors.mustFail = [
  ...invalid.map(([what, value, claim]) => ({ what, uri: uriOf(value), code: 'SHLINK_INVALID', claim })),
  ...elsewhere.map(([what, other]) => ({ what, uri: uriOf(payload({ url: other })), code: 'ORIGIN_UNKNOWN' })),
  ...misspelled.map((uri) => ({ what: `the spelling ${JSON.stringify(uri)}`, uri, code: 'SHLINK_INVALID' })),
];
writeFileSync(FILE, `${JSON.stringify(vectors, null, 2)}\n`);
