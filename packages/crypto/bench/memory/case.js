// One case of memory.bench.ts in a process of its own, so that no other case's memory is counted. Arguments: the case, the
// plaintext, the sealed file, a third file. Prints {seconds, peak}: peak is how far resident memory rose above idle, bytes.
import { createReadStream, createWriteStream, readFileSync, writeFileSync } from 'node:fs';
import { Readable, Writable } from 'node:stream';
import { open, openStream, seal, sealStream } from '@wardseal/crypto';
import { fileSource, openFile, sealFile } from '@wardseal/crypto/node';
import { Decrypter, Encrypter } from 'age-encryption';
import { optionsOf } from '../person.js';

const [name, plain, sealed, other] = process.argv.slice(2);
const given = JSON.parse(readFileSync(`${other}.keys`, 'utf8'));
const { identity, entry } = given;
const { sealing, opening } = optionsOf(given);

const input = (path, from = 0) => Readable.toWeb(createReadStream(path, { start: from, highWaterMark: 262_144 }));
const output = (path) => Writable.toWeb(createWriteStream(path));

const cases = {
  'seal, file to file': () => sealFile(plain, sealed, sealing),
  'open, file to file': () => openFile(sealed, other, opening),
  async 'seal, Web Streams'() {
    const made = await sealStream(input(plain), sealing);
    await made.payload.pipeTo(output(`${other}.payload`));
    writeFileSync(`${other}.header`, (await made.sealed).header);
  },
  async 'open, Web Streams'() {
    const file = { header: new Uint8Array(readFileSync(`${other}.header`)), payload: input(`${other}.payload`) };
    const { plaintext } = await openStream(file, opening);
    await plaintext.pipeTo(output(other));
  },
  async 'open, a file as it is read'() {
    const source = await fileSource(sealed);
    const { plaintext } = await openStream(source, opening);
    for await (const _ of plaintext);
    await source.close();
  },
  async 'typage seal, Web Streams'() {
    const encrypter = new Encrypter();
    encrypter.addRecipient(entry.recipient);
    await (await encrypter.encrypt(input(plain))).pipeTo(output(`${other}.typage`));
  },
  async 'typage open, Web Streams'() {
    const decrypter = new Decrypter();
    decrypter.addIdentity(identity);
    await (await decrypter.decrypt(input(`${other}.typage`))).pipeTo(output(other));
  },
  // The whole file in memory, for comparison; not part of any promise.
  'seal, whole': async () => void (await seal(new Uint8Array(readFileSync(plain)), sealing)),
  'open, whole': async () => void (await open(new Uint8Array(readFileSync(sealed)), opening)),
};

const status = (field) =>
  Number(new RegExp(`^${field}:\\s+(\\d+) kB$`, 'm').exec(readFileSync('/proc/self/status', 'utf8'))[1]);
// Idle is after a first use, when everything is loaded and compiled.
const small = await seal(new Uint8Array(1_000_000), sealing);
await open(small.bytes, opening);
const start = Date.now();
writeFileSync('/proc/self/clear_refs', '5'); // sets the high-water mark back to the present (proc(5))
const idle = status('VmRSS');
await cases[name]();
const seconds = (Date.now() - start) / 1000;
process.stdout.write(JSON.stringify({ seconds, peak: Math.max(0, status('VmHWM') - idle) * 1024 }));
