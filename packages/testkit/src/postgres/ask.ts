import { connect } from 'node:net';

// PostgreSQL's frontend/backend protocol 3.0, as little of it as a server without passwords needs.
const PROTOCOL = 196_608;
const READY = 'Z';
const FAILED = 'E';

/** Where a server listens, and as whom to speak to it. */
export interface Address {
  readonly host: string;
  readonly port: number;
  readonly user: string;
}

/**
 * Runs one statement, so that a starter can make databases and know that the server answers without needing a client.
 * Rejects with the server's own message.
 */
export function ask({ host, port, user }: Address, database: string, statement: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect(`${host}/.s.PGSQL.${port}`);
    let received: Buffer = Buffer.alloc(0);
    let asked = false;
    let failure: Error | undefined;
    const end = (error: Error | undefined): void => {
      socket.destroy();
      if (error) reject(error);
      else resolve();
    };
    socket.on('error', end);
    socket.on('close', () => end(failure ?? new Error('the server hung up')));
    socket.on('connect', () => socket.write(message('', `${versionText()}user\0${user}\0database\0${database}\0\0`)));
    socket.on('data', (data: Buffer) => {
      received = Buffer.concat([received, data]);
      while (received.length >= 5 && received.length > received.readUInt32BE(1)) {
        const type = received.toString('latin1', 0, 1);
        const body = received.subarray(5, received.readUInt32BE(1) + 1);
        received = received.subarray(body.length + 5);
        if (type === FAILED) failure = new Error(errorText(body));
        if (type !== READY) continue;
        if (asked) return end(failure);
        asked = true;
        socket.write(message('Q', `${statement}\0`));
      }
    });
  });
}

function versionText(): string {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(PROTOCOL);
  return bytes.toString('latin1');
}

/** A message: its type, its length with the length's own four bytes, its body. */
function message(type: string, body: string): Buffer {
  const head = Buffer.alloc(4);
  head.writeUInt32BE(body.length + 4);
  return Buffer.concat([Buffer.from(type, 'latin1'), head, Buffer.from(body, 'latin1')]);
}

/** The field `M` of an error: what a person is meant to read. */
function errorText(body: Buffer): string {
  const fields = body.toString('utf8').split('\0');
  return fields.find((field) => field.startsWith('M'))?.slice(1) ?? 'the server failed';
}
