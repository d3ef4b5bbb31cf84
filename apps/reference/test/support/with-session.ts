import { once } from 'node:events';
import { createServer, request } from 'node:http';

/** The app under another address, where every request bears a session that was begun elsewhere. */
export interface WithSession {
  readonly url: string;
  close(): Promise<void>;
}

/**
 * Puts a session's cookie on every request: browsers that keep no `Secure` cookie from plain http, not even on loopback
 * (WebKit), are tried with it. What the app checks of an origin it gets as if the page had come from itself.
 */
export async function withSession(app: string, cookie: string): Promise<WithSession> {
  const { origin, host, hostname, port } = new URL(app);
  const server = createServer((from, to) => {
    const headers = { ...from.headers, host, cookie, ...(from.headers.origin === undefined ? {} : { origin }) };
    const on = request({ hostname, port, path: from.url, method: from.method, headers }, (answer) => {
      to.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(to);
    });
    on.on('error', () => to.destroy());
    from.pipe(on);
  });
  server.listen(0, 'localhost');
  await once(server, 'listening');
  const { port: own } = server.address() as { port: number };
  return {
    url: `http://localhost:${own}/`,
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
