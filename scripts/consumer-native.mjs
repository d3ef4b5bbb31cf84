// Copied into the consumer's folder and run there: counts the calls into node:crypto while a package does its smoke run.
import crypto from 'node:crypto';

let calls = 0;
for (const [name, value] of Object.entries(crypto)) {
  const { writable } = Object.getOwnPropertyDescriptor(crypto, name);
  if (typeof value !== 'function' || !writable || /^[A-Z]/.test(name)) continue;
  crypto[name] = function counted(...args) {
    calls += 1;
    return value.apply(this, args);
  };
}

const api = await import(process.env.WARDSEAL_SPECIFIER);
const { smoke } = await import(process.env.WARDSEAL_SMOKE);
calls = 0;
if ((await smoke(api)) !== true) throw new Error('wrong answer');
if (calls === 0) throw new Error('node:crypto was never called');
// A package that can say where its operations run must say: all of them in Node's crypto.
const said = await api.capabilities?.();
const slow = Object.entries(said ?? {}).filter(([, where]) => where !== 'native' && where !== 'node');
if (slow.length > 0) throw new Error(`not native: ${JSON.stringify(said)}`);
