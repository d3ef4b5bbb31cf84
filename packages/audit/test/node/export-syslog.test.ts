import { once } from 'node:events';
import { type AddressInfo, createServer as plainServer, type Server, type Socket } from 'node:net';
import { createServer as tlsServer } from 'node:tls';
import { afterEach, describe, expect, it } from 'vitest';
import { type ExportBatch, exporter, toAtna } from '../../src/export.js';
import { syslogSink } from '../../src/export-node.js';
import { codeOf, ORIGIN } from '../support/events.js';
import { selfSigned } from '../support/export/certificate.js';
import { demoLog, entriesOf, FULL, memoryCursor, OPTIONS } from '../support/export/entries.js';
import { parseSyslog } from '../support/export/parsers.js';

const collector = selfSigned();
const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

/** Octet counting of RFC 6587 section 3.4.1, read strictly: MSG-LEN SP SYSLOG-MSG. */
function unframed(data: Buffer): string[] {
  const messages: string[] = [];
  for (let at = 0; at < data.length; ) {
    const space = data.indexOf(0x20, at);
    const length = data.subarray(at, space).toString('latin1');
    if (space < 0 || !/^[1-9]\d*$/.test(length)) throw new Error('framing');
    const end = space + 1 + Number(length);
    if (end > data.length) throw new Error('a torn frame');
    messages.push(new TextDecoder('utf-8', { fatal: true }).decode(data.subarray(space + 1, end)));
    at = end;
  }
  return messages;
}

/** A collector on this machine that keeps what it reads to the end of each connection. */
async function listening(make: (serve: (socket: Socket) => void) => Server, serve?: (socket: Socket) => void) {
  const connections: Buffer[] = [];
  const server = make((socket) => {
    socket.on('error', () => undefined);
    if (serve) return serve(socket);
    const chunks: Buffer[] = [];
    socket.on('data', (chunk: Buffer) => chunks.push(chunk));
    socket.on('end', () => connections.push(Buffer.concat(chunks)));
  });
  servers.push(server);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { port: (server.address() as AddressInfo).port, connections };
}

const plain = (serve: (socket: Socket) => void) => plainServer(serve);
const secure =
  (options: object = {}) =>
  (serve: (socket: Socket) => void) =>
    tlsServer({ ...collector, ...options }, serve).on('tlsClientError', () => undefined);

const batch = (...lines: string[]): ExportBatch => ({ origin: ORIGIN, from: 0, to: lines.length, lines });
const HOST = '127.0.0.1';

describe('syslogSink', () => {
  it('sends framed lines over TLS, and the collector reads each of them', async () => {
    const { port, connections } = await listening(secure());
    const demo = await demoLog('syslog');
    for (let i = 0; i < 5; i++) await demo.log.append(demo.make({ reason: 'Ärger – “quoted” ] \\ "' }));
    await demo.log.integrate();
    const { deliver } = syslogSink({ host: HOST, port, tls: { ca: collector.cert } });
    const { origin: _, ...options } = OPTIONS;
    const out = exporter({
      source: demo.source,
      format: 'syslog',
      options,
      deliver,
      cursor: memoryCursor(),
      batchEntries: 2,
    });
    expect(await out.drain()).toBe(5);
    const lines = connections.flatMap(unframed).map(parseSyslog);
    expect(connections).toHaveLength(3);
    expect(lines.map(({ data }) => data['wardseal@32473']!['index'])).toEqual(['0', '1', '2', '3', '4']);
    expect(lines[0]!.data['wardseal@32473']!['reason']).toBe('Ärger – “quoted” ] \\ "');
  });

  it('sends ATNA records, with our own certificate when the collector wants one', async () => {
    const client = selfSigned('demo client');
    const { port, connections } = await listening(
      secure({ requestCert: true, rejectUnauthorized: true, ca: client.cert }),
    );
    const [entry] = await entriesOf([FULL]);
    const line = toAtna(entry!, OPTIONS);
    const tls = { ca: collector.cert, ...client };
    await syslogSink({ host: HOST, port, tls }).deliver(batch(line));
    expect(connections.flatMap(unframed)).toEqual([line]);
    const code = await codeOf(syslogSink({ host: HOST, port, tls: { ca: collector.cert } }).deliver(batch(line)));
    expect(code).toBe('DELIVERY_FAILED');
    expect(connections).toHaveLength(1);
  });

  it('sends in the clear when it is told to', async () => {
    const { port, connections } = await listening(plain);
    const big = 'x'.repeat(3_000_000);
    await syslogSink({ host: HOST, port, tls: false }).deliver(batch('é', big));
    expect(connections.flatMap(unframed)).toEqual(['é', big]);
  });

  it('trusts no collector whose certificate it was not given, or that is for another name', async () => {
    const { port, connections } = await listening(secure());
    const other = selfSigned();
    for (const tls of [{}, { ca: other.cert }, { ca: collector.cert, serverName: 'siem.demo-trust.example' }]) {
      const work = syslogSink({ host: HOST, port, tls }).deliver(batch('line'));
      expect(await codeOf(work), JSON.stringify(Object.keys(tls))).toBe('DELIVERY_FAILED');
    }
    expect(connections.filter(({ length }) => length > 0)).toEqual([]);
  });

  it('does not believe a collector that hangs up before the end, falls silent, or is not there', async () => {
    const sent = batch('x'.repeat(5_000_000));
    const early = await listening(plain, (socket) => socket.end());
    expect(await codeOf(syslogSink({ host: HOST, port: early.port, tls: false }).deliver(sent))).toBe(
      'DELIVERY_FAILED',
    );
    const broken = await listening(plain, (socket) => socket.once('data', () => socket.destroy()));
    expect(await codeOf(syslogSink({ host: HOST, port: broken.port, tls: false }).deliver(sent))).toBe(
      'DELIVERY_FAILED',
    );
    // One that keeps its side open has not said that it read to the end.
    const open: Socket[] = [];
    const half = (serve: (socket: Socket) => void) => plainServer({ allowHalfOpen: true }, serve);
    const silent = await listening(half, (socket) => void open.push(socket));
    const waiting = syslogSink({ host: HOST, port: silent.port, tls: false, timeout: 100 });
    expect(await codeOf(waiting.deliver(batch('line')))).toBe('DELIVERY_FAILED');
    open.forEach((socket) => void socket.destroy());
    const gone = await listening(plain);
    servers.at(-1)!.close();
    expect(await codeOf(syslogSink({ host: HOST, port: gone.port, tls: false }).deliver(sent))).toBe('DELIVERY_FAILED');
  });

  it('refuses a port or a timeout that is none', () => {
    for (const change of [{ port: 0 }, { port: 65_536 }, { port: 1.5 }, { timeout: 0 }])
      expect(() => syslogSink({ host: HOST, port: 6514, tls: {}, ...change })).toThrow(RangeError);
  });
});
