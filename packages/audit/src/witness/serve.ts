import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileWitnessState } from './file-state.js';
import { toNodeHandler } from './node-handler.js';
import { createWitness, type WitnessOptions } from './server.js';

/** A request must be there whole after this long, ms: it has at most 134 kB, and a slow sender holds a connection. */
export const REQUEST_TIMEOUT = 10_000;
/** Connections at once: a log needs one; more are somebody's mistake or attack. */
export const MAX_CONNECTIONS = 256;

/** What a witness on a port needs. */
export interface ServeWitnessOptions extends Omit<WitnessOptions, 'state'> {
  /** Folder of its memory; see `fileWitnessState`. */
  readonly folder: string;
  /** 0 takes any free one. */
  readonly port: number;
  /** Default `127.0.0.1`: put a web server with TLS in front. */
  readonly host?: string;
}

/** A witness that listens. */
export interface ServedWitness {
  /** Its URL on this machine, without TLS. */
  readonly url: string;
  readonly vkeys: readonly string[];
  /** Stops listening, ends open connections and gives the folder back. */
  close(): Promise<void>;
}

/**
 * Runs a witness on a port.
 *
 * @param options - keys, logs, folder and port
 * @throws AuditError `WITNESS_LOCKED` when another process has the folder; what `createWitness` throws; the system's
 *   error when the port is taken
 * @example
 * const served = await serveWitness({ signer, logs: [vkey], folder: '/srv/witness', port: 4020 });
 */
export async function serveWitness(options: ServeWitnessOptions): Promise<ServedWitness> {
  const { folder, port, host = '127.0.0.1', ...rest } = options;
  const state = await fileWitnessState(folder);
  try {
    const witness = createWitness({ ...rest, state });
    const limits = { requestTimeout: REQUEST_TIMEOUT, headersTimeout: REQUEST_TIMEOUT };
    const server = createServer(
      limits,
      toNodeHandler((request) => witness.handle(request)),
    );
    server.maxConnections = MAX_CONNECTIONS;
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(port, host, resolve);
    });
    const { address, family, port: taken } = server.address() as AddressInfo;
    return {
      url: `http://${family === 'IPv6' ? `[${address}]` : address}:${taken}${rest.path ?? '/'}`,
      vkeys: witness.vkeys,
      async close() {
        await new Promise<void>((resolve) => {
          server.close(() => resolve());
          server.closeAllConnections();
        });
        await state.close();
      },
    };
  } catch (error) {
    await state.close();
    throw error;
  }
}
