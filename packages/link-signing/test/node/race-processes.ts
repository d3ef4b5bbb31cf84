import { expect } from 'vitest';
import { world } from '../world.js';
import { together } from './processes.js';
import type { Stores } from './stores.js';

interface Opened {
  opened: [handle: string, use: number][];
  other: string[];
}

/** Several processes open the same links of 3 uses: each link opens exactly three times in all. */
export async function raceProcesses(stores: Stores, processes: number, links: number, opens: number): Promise<void> {
  const { issuer, request } = await world(stores);
  const handles: string[] = [];
  for (let i = 0; i < links; i++) {
    const { cti } = await issuer.prepare();
    handles.push((await issuer.grant(request({ cti, maxUses: 3 }))).handle);
  }
  // Each starts at another link, so that none can be done before the others begin.
  const from = (n: number): string[] => {
    const at = Math.floor((n * links) / processes);
    return [...handles.slice(at), ...handles.slice(0, at)];
  };
  const tasks = Array.from({ length: processes }, (_, n) => ({ task: 'race', handles: from(n), opens }));
  const answers = await together<Opened>(stores, tasks);
  expect(answers.flatMap(({ other }) => other)).toEqual([]);
  const uses = new Map(handles.map((handle) => [handle, [] as number[]]));
  for (const [handle, use] of answers.flatMap(({ opened }) => opened)) uses.get(handle)!.push(use);
  for (const counted of uses.values()) expect(counted.sort()).toEqual([1, 2, 3]);
  // More than one process had a part in it, or nothing was raced.
  expect(answers.filter(({ opened }) => opened.length > 0).length).toBeGreaterThan(1);
}
