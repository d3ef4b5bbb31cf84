// Loaded before each program that start runs: when start is gone, however it went, the pipe from it closes and we end, too.
process.stdin.on('close', () => process.kill(process.pid, 'SIGTERM')).resume();
