import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Stores } from './stores.js';

/** Another process on the same stores, which ran into nothing yet. */
export async function startWorker({ where }: Stores): Promise<ChildProcess> {
  const child = fork(fileURLToPath(new URL('./worker.mjs', import.meta.url)), [JSON.stringify(where)], {
    execArgv: ['--no-warnings'],
    serialization: 'advanced',
  });
  await once(child, 'message');
  return child;
}

/** Gives each process its task; all are ready before any begins. The answers, in the same order. */
export async function together<T>(stores: Stores, tasks: readonly object[]): Promise<T[]> {
  const workers = await Promise.all(
    tasks.map(async (task) => {
      const child = await startWorker(stores);
      child.send(task);
      await once(child, 'message');
      return child;
    }),
  );
  return Promise.all(
    workers.map(async (child) => {
      child.send('go');
      const [answer] = (await once(child, 'message')) as [T];
      await once(child, 'exit');
      return answer;
    }),
  );
}
