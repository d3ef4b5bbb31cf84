import { parentPort } from 'node:worker_threads';
import { type Job, runCase } from './case.ts';

parentPort!.on('message', async (job: Job) => parentPort!.postMessage(await runCase(job)));
