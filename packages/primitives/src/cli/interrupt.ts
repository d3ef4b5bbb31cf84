import { rmSync } from 'node:fs';

const unfinished = new Set<string>();

function clear(): void {
  for (const path of unfinished) rmSync(path, { recursive: true, force: true });
  unfinished.clear();
}

let guarding = false;

/** From now on an interrupted run takes this file or folder with it. Gives what ends that. */
export function removeWhenInterrupted(path: string): () => void {
  unfinished.add(path);
  if (!guarding) {
    guarding = true;
    process.once('exit', clear);
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
      process.once(signal, () => {
        clear();
        process.kill(process.pid, signal); // the handler is gone: this ends the process as the signal would have
      });
  }
  return () => unfinished.delete(path);
}
