type NodeCrypto = typeof import('node:crypto');

interface Globals {
  process?: { getBuiltinModule?: (name: string) => unknown };
  crypto?: Crypto;
}

// No export conditions: a bundler keeps only `default`, so the platform is looked up at run time.
const globals = globalThis as unknown as Globals;

/** Node's crypto module, or undefined outside Node (>= 20.16 has getBuiltinModule). */
export const nodeCrypto = globals.process?.getBuiltinModule?.('node:crypto') as NodeCrypto | undefined;

/** WebCrypto's SubtleCrypto, or undefined where there is none (React Native, insecure pages). */
export const subtle: SubtleCrypto | undefined = globals.crypto?.subtle;
