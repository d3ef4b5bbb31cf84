import type * as Mark from '../../src/index.js';
import type * as Testing from '../../src/testing/index.js';

// The package as it is published. The searches of the long files take up to twice as long in modules that were rewritten
// for tests, where every function of another module is looked up at each call.

const from = (path: string): Promise<unknown> => import(new URL(`../../dist/${path}`, import.meta.url).href);

export const built: typeof Mark = (await from('index.js')) as typeof Mark;
export const { attackSuite }: typeof Testing = (await from('testing/index.js')) as typeof Testing;
