import { Socket } from 'node:net';

// Loaded before each program that start runs: when start is gone, however it went, the pipe from it closes and we end, too.
const leash = process.stdin;
leash.on('close', () => process.kill(process.pid, 'SIGTERM')).resume();
// Not a reason to stay: a program whose work is done ends by itself.
if (leash instanceof Socket) leash.unref();
