// One thread's share of the wrong keys.
import './source.ts';
import { parentPort, workerData } from 'node:worker_threads';

const { wrongKeys } = await import('./score.ts');
const { tiles, from, to } = workerData as { tiles: Float64Array[]; from: number; to: number };
parentPort!.postMessage(wrongKeys(tiles, from, to));
