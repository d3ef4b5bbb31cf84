import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';

/** As much of a browser as a smoke test needs: go somewhere, and run a function's body in the page. */
export interface OtherBrowser {
  readonly name: string;
  goto(url: string): Promise<void>;
  /** Runs the body of an async function in the page and gives what it returns, as JSON. */
  run<T>(body: string): Promise<T>;
  setCookie(cookie: { name: string; value: string; url: string }): Promise<void>;
  close(): Promise<void>;
}

const START_WITHIN = 60_000;
const PAUSE = 100;

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, 'close');
  return port;
}

/** Asks until it answers: a browser takes its time to listen. */
async function patiently<T>(ask: () => Promise<T>, child: ChildProcess): Promise<T> {
  const until = Date.now() + START_WITHIN;
  for (;;) {
    try {
      return await ask();
    } catch (error) {
      if (Date.now() > until || child.exitCode !== null) throw error;
      await setTimeout(PAUSE);
    }
  }
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, 'exit');
  child.kill('SIGTERM');
  const slow = setTimeout(5000).then(() => child.kill('SIGKILL'));
  await Promise.race([gone, slow]);
}

/** Debian's Firefox by WebDriver BiDi (W3C), which it speaks without another program. */
export async function firefox(): Promise<OtherBrowser> {
  const folder = await mkdtemp(join(tmpdir(), 'wardseal-firefox-'));
  const port = await freePort();
  const options = ['--headless', '--no-remote', '--profile', folder, `--remote-debugging-port=${port}`, 'about:blank'];
  const child = spawn('firefox-esr', options, { stdio: 'ignore', env: { ...process.env, HOME: folder } });
  const socket = await patiently(async () => {
    const opening = new WebSocket(`ws://127.0.0.1:${port}/session`);
    await new Promise((resolve, reject) => {
      opening.onopen = resolve;
      opening.onerror = () => reject(new Error('Firefox does not listen'));
    });
    return opening;
  }, child);
  let last = 0;
  const waiting = new Map<number, (answer: { result?: unknown; error?: string; message?: string }) => void>();
  socket.onmessage = ({ data }) => {
    const answer = JSON.parse(String(data)) as { id?: number; result?: unknown; error?: string; message?: string };
    waiting.get(answer.id ?? -1)?.(answer);
  };
  const send = (method: string, params: object): Promise<Record<string, never>> =>
    new Promise((resolve, reject) => {
      const id = ++last;
      waiting.set(id, ({ result, error, message }) => {
        waiting.delete(id);
        if (error === undefined) resolve(result as Record<string, never>);
        else reject(new Error(`${method}: ${error}: ${message}`));
      });
      socket.send(JSON.stringify({ id, method, params }));
    });
  await send('session.new', { capabilities: {} });
  const { contexts } = await send('browsingContext.getTree', {});
  const { context } = (contexts as unknown as { context: string }[])[0]!;
  return {
    name: 'Firefox',
    goto: async (url) => void (await send('browsingContext.navigate', { context, url, wait: 'complete' })),
    async run(body) {
      const expression = `(async () => JSON.stringify(await (async () => { ${body} })()) ?? 'null')()`;
      const answer = (await send('script.evaluate', {
        expression,
        target: { context },
        awaitPromise: true,
      })) as unknown as {
        type: string;
        result?: { value: string };
        exceptionDetails?: { text: string };
      };
      if (answer.type !== 'success') throw new Error(answer.exceptionDetails?.text ?? 'script failed');
      return JSON.parse(answer.result!.value);
    },
    async setCookie({ name, value, url }) {
      const cookie = { name, value: { type: 'string', value }, domain: new URL(url).hostname, path: '/' };
      await send('storage.setCookie', { cookie: { ...cookie, secure: true, httpOnly: true, sameSite: 'strict' } });
    },
    async close() {
      socket.close();
      await end(child);
      await rm(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: PAUSE });
    },
  };
}

/** Debian's WebKitGTK by WebDriver (W3C), on a display of its own. */
export async function webkit(): Promise<OtherBrowser> {
  const folder = await mkdtemp(join(tmpdir(), 'wardseal-webkit-'));
  const display = spawn('Xvfb', ['-displayfd', '3', '-screen', '0', '1280x1024x24', '-nolisten', 'tcp'], {
    stdio: ['ignore', 'ignore', 'ignore', 'pipe'],
  });
  const [number] = await once(display.stdio[3] as NodeJS.ReadableStream, 'data');
  const port = await freePort();
  const child = spawn('WebKitWebDriver', [`--port=${port}`, '--host=127.0.0.1'], {
    stdio: 'ignore',
    env: {
      ...process.env,
      HOME: folder,
      XDG_RUNTIME_DIR: folder,
      DISPLAY: `:${String(number).trim()}`,
      WEBKIT_DISABLE_COMPOSITING_MODE: '1',
      LIBGL_ALWAYS_SOFTWARE: '1',
    },
  });
  const ask = async (method: string, path: string, body?: object): Promise<unknown> => {
    const answer = await fetch(`http://127.0.0.1:${port}${path}`, {
      method,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const { value } = (await answer.json()) as { value: { error?: string; message?: string } };
    if (!answer.ok) throw new Error(`WebKit: ${value.error}: ${value.message}`);
    return value;
  };
  const { sessionId } = (await patiently(() => ask('POST', '/session', { capabilities: {} }), child)) as {
    sessionId: string;
  };
  const session = `/session/${sessionId}`;
  await ask('POST', `${session}/timeouts`, { script: 120_000, pageLoad: 120_000 });
  return {
    name: 'WebKit',
    goto: async (url) => void (await ask('POST', `${session}/url`, { url })),
    async run(body) {
      const script = `const done = arguments[arguments.length - 1];
        (async () => { ${body} })().then((value) => done(JSON.stringify({ value: value ?? null })), (error) => done(JSON.stringify({ error: String(error?.message ?? error) })));`;
      const text = (await ask('POST', `${session}/execute/async`, { script, args: [] })) as string;
      const { value, error } = JSON.parse(text);
      if (error !== undefined) throw new Error(error);
      return value;
    },
    setCookie: async ({ name, value, url }) =>
      void (await ask('POST', `${session}/cookie`, {
        cookie: { name, value, domain: new URL(url).hostname, path: '/', secure: true, httpOnly: true },
      })),
    async close() {
      await ask('DELETE', session).catch(() => undefined);
      await end(child);
      await end(display);
      await rm(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: PAUSE });
    },
  };
}
