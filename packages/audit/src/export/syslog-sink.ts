import { connect as connectPlain, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { utf8 } from '@wardseal/primitives';
import { AuditError } from '../errors.js';
import type { ExportBatch } from './exporter.js';

/** Milliseconds that a collector may be silent before a batch counts as undelivered. */
export const SYSLOG_TIMEOUT = 30_000;

/** Where syslog lines go. */
export interface SyslogSinkOptions {
  readonly host: string;
  /** 6514 is the registered port of syslog over TLS. */
  readonly port: number;
  /**
   * Certificates in PEM: whom to trust (default: the platform's), and our own when the collector wants one (ATNA does).
   * `false` sends in the clear: for a collector on the same machine, or behind a tunnel that you trust.
   */
  readonly tls:
    | false
    | { readonly ca?: string; readonly cert?: string; readonly key?: string; readonly serverName?: string };
  readonly timeout?: number;
}

/**
 * Sends batches of syslog lines to a collector, octet-counted (RFC 5425 section 4.3.1 over TLS, RFC 6587 section 3.4.1
 * in the clear), one connection a batch. Syslog acknowledges nothing, so a batch counts as delivered when the collector
 * has closed its side in good order after our end: it has then read everything to the end. What it does with it is its
 * own affair.
 *
 * @param options - collector, certificates, timeout in milliseconds
 * @returns `deliver` for `exporter`; formats `syslog` and `atna`, or `cef` where the collector takes bare lines
 * @throws RangeError when the port is none
 * @throws AuditError from `deliver`: `DELIVERY_FAILED` when the connection cannot be made, breaks, is not the
 *   collector's by its certificate, or stays silent; `cause` says how
 * @example
 * const { deliver } = syslogSink({ host: 'siem.trust.example', port: 6514, tls: { ca } });
 */
export function syslogSink(options: SyslogSinkOptions): { readonly deliver: (batch: ExportBatch) => Promise<void> } {
  const { port, timeout = SYSLOG_TIMEOUT } = options;
  if (!Number.isInteger(port) || port < 1 || port > 65_535) throw new RangeError('port must be 1 to 65535');
  if (!Number.isSafeInteger(timeout) || timeout < 1) throw new RangeError('timeout must be positive milliseconds');
  return {
    async deliver({ lines }) {
      try {
        await transmit(open(options), frames(lines), timeout, options.tls === false ? 'connect' : 'secureConnect');
      } catch (cause) {
        throw new AuditError('DELIVERY_FAILED', 'the collector did not take the batch', { cause });
      }
    },
  };
}

/** Each line behind its length in bytes and a space. */
function frames(lines: readonly string[]): Uint8Array {
  return utf8(lines.map((line) => `${utf8(line).length} ${line}`).join(''));
}

function open({ host, port, tls }: SyslogSinkOptions): Socket {
  // Half-open, so that the end of the collector's side does not end ours in the middle of a batch.
  if (tls === false) return connectPlain({ host, port, allowHalfOpen: true });
  const { serverName = host, ...certificates } = tls;
  return connectTls({
    host,
    port,
    // An address is no name to announce (RFC 6066), but it is still what the certificate must be for.
    ...(/[a-z]/i.test(serverName) && !serverName.includes(':') && { servername: serverName }),
    minVersion: 'TLSv1.2',
    rejectUnauthorized: true,
    ...certificates,
  });
}

function transmit(
  socket: Socket,
  data: Uint8Array,
  timeout: number,
  ready: 'connect' | 'secureConnect',
): Promise<void> {
  return new Promise((resolve, reject) => {
    let sent = false;
    const fail = (error: Error): void => {
      socket.destroy();
      reject(error);
    };
    const early = (): void => fail(new Error('the collector closed before it had read everything'));
    socket.setTimeout(timeout, () => fail(new Error('the collector was silent for too long')));
    socket.on('error', fail);
    socket.once(ready, () => socket.end(data));
    socket.on('finish', () => {
      sent = true;
    });
    // Whatever it says is of no use to us, but must be read so that its end is seen.
    socket.resume();
    socket.on('end', () => (sent ? resolve() : early()));
    socket.on('close', early);
  });
}
