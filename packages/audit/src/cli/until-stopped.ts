// Longer than any wait: it is there to be there.
const DAY = 86_400_000;

/**
 * Does work that goes on until the process is asked to end, which the signal tells, so that it can be put down in good
 * order. The package's own timers keep no process alive; this does.
 */
export async function untilStopped<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const stop = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => stop.abort());
  const alive = setInterval(() => {}, DAY);
  try {
    return await work(stop.signal);
  } finally {
    clearInterval(alive);
  }
}
