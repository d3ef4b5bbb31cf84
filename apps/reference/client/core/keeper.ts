import type { SeenDirectory } from '@wardseal/crypto';

/** What must outlive the worker, kept by the page in localStorage: the highest epochs seen. Nothing in it is secret. */
export interface Keeper {
  load(name: string): Promise<string | null>;
  save(name: string, value: string): void;
}

/** Items whose epoch is remembered: the last ones opened. Forgetting one only means not noticing an older list of recipients. */
const MAX_EPOCHS = 500;

const directoryName = (organisation: string): string => `wardseal.directory.${organisation}`;
const epochsName = (organisation: string): string => `wardseal.epochs.${organisation}`;

// What was kept is no secret and no proof: who can change it runs script here anyway. Unreadable is the same as nothing.
async function loadJson(keeper: Keeper, name: string): Promise<unknown> {
  try {
    return JSON.parse((await keeper.load(name)) ?? 'null');
  } catch {
    return null;
  }
}

/** The last directory that this browser verified under this root, or null. */
export async function lastSeen(keeper: Keeper, organisation: string, root: string): Promise<SeenDirectory | null> {
  const seen = (await loadJson(keeper, directoryName(organisation))) as Partial<SeenDirectory> | null;
  const whole = Number.isSafeInteger(seen?.epoch) && Number.isSafeInteger(seen?.delegatedAt);
  const { digest } = seen ?? {};
  const named = typeof digest === 'string' && /^[\w-]{43}$/.test(digest) && seen?.organisation === organisation;
  return whole && named && seen.rootThumbprint === root ? (seen as SeenDirectory) : null;
}

export function keepSeen(
  keeper: Keeper,
  { organisation, rootThumbprint, epoch, delegatedAt, digest }: SeenDirectory,
): void {
  const seen: SeenDirectory = { organisation, rootThumbprint, epoch, delegatedAt, digest };
  keeper.save(directoryName(organisation), JSON.stringify(seen));
}

async function epochs(keeper: Keeper, organisation: string): Promise<[item: string, epoch: number][]> {
  const kept = await loadJson(keeper, epochsName(organisation));
  const isEpoch = (one: unknown): one is [string, number] =>
    Array.isArray(one) && typeof one[0] === 'string' && Number.isSafeInteger(one[1]) && one[1] >= 0;
  return Array.isArray(kept) ? kept.filter(isEpoch) : [];
}

/** The highest epoch of an item's header seen here. */
export async function epochOf(keeper: Keeper, organisation: string, item: string): Promise<number> {
  return (await epochs(keeper, organisation)).find(([id]) => id === item)?.[1] ?? 0;
}

export async function keepEpoch(keeper: Keeper, organisation: string, item: string, epoch: number): Promise<void> {
  // Two items opened at once, here or in another tab, must not forget each other.
  await navigator.locks.request('wardseal.epochs', async () => {
    const others = (await epochs(keeper, organisation)).filter(([id]) => id !== item);
    keeper.save(epochsName(organisation), JSON.stringify([...others, [item, epoch]].slice(-MAX_EPOCHS)));
  });
}
