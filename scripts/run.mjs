// Behind `npm start`, `npm test` and `npm run demo`: needs Node and npm only, and brings pnpm and the workspace's own Node.
// It runs twice: once under npm, and once inside `npm exec`, where the pinned pnpm is on PATH (--inside).
import { execFileSync, spawn } from 'node:child_process';
import { accessSync, constants, existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');

function stop(line) {
  process.stderr.write(`wardseal: ${line}\n`);
  process.exit(1);
}

function checkNode() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major < 20 || (major === 20 && minor < 19)) stop(`Node 20.19 or later is needed, this is ${process.version}`);
}

/** What set-up and build write to, as far as it exists; an earlier `sudo npm test` is the usual reason for a refusal. */
function checkWritable() {
  const rooms = ['packages', 'apps'].flatMap((dir) => readdirSync(join(root, dir)).map((name) => join(dir, name)));
  const folders = ['.', ...rooms].flatMap((dir) =>
    ['.', 'node_modules', 'dist', '.turbo'].map((name) => join(dir, name)),
  );
  for (const folder of folders.map((name) => join(root, name)).filter((path) => existsSync(path))) {
    try {
      accessSync(folder, constants.W_OK);
    } catch {
      const { uid } = statSync(folder);
      stop(
        `${folder} belongs to user ${uid} and you (user ${process.getuid()}) may not write to it; use your own clone`,
      );
    }
  }
}

/** The process that a process came from; 0 where nobody says. */
function parentOf(pid) {
  try {
    return Number(execFileSync('ps', ['-o', 'ppid=', '-p', String(pid)], { stdio: ['ignore', 'pipe', 'ignore'] }));
  } catch {
    return 0;
  }
}

function isThere(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}

/** Runs a program in a process group of its own, so that a signal we get reaches everything it started. */
function run(command, args, env = {}) {
  return new Promise((done) => {
    const parent = process.ppid;
    const child = spawn(command, args, {
      cwd: root,
      stdio: 'inherit',
      detached: true,
      env: { ...process.env, ...env },
    });
    const pass = (signal) => {
      try {
        process.kill(-child.pid, signal);
      } catch {
        // The group has just ended by itself.
      }
    };
    const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'];
    for (const signal of signals) process.on(signal, pass);
    // npm hands a signal to the shell between us and nobody further; being orphaned is how we hear of it.
    // Killed outright, npm leaves that shell behind, so we look for what is above it, too: npm, or the first of our two runs.
    const above = Number(process.env.WARDSEAL_ABOVE) || parentOf(parent);
    const watch = setInterval(
      () => (process.ppid !== parent || (above > 0 && !isThere(above))) && pass('SIGTERM'),
      250,
    );
    child.on('error', (error) => stop(`${command} cannot be started: ${error.message}`));
    child.on('exit', (code, signal) => {
      clearInterval(watch);
      for (const name of signals) process.off(name, pass);
      if (signal !== null) process.kill(process.pid, signal);
      else done(code);
    });
  });
}

const [task, ...rest] = process.argv.slice(2);
if (task !== '--inside') {
  checkNode();
  checkWritable();
  const stood = process.env.INIT_CWD ?? process.cwd();
  const words = task === 'demo' ? rest.map((word) => (word.startsWith('-') ? word : resolve(stood, word))) : rest;
  const { packageManager } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  if (!existsSync(join(root, 'node_modules/.modules.yaml')))
    process.stdout.write('wardseal: setting up; the first time needs the network and takes about a minute\n');
  const again = [process.execPath, join(root, 'scripts/run.mjs'), '--inside'];
  // The words go through the environment: no shell on the way may read them.
  process.exitCode = await run(
    'npm',
    ['exec', '--yes', '--prefer-offline', `--package=${packageManager}`, '--', ...again],
    {
      DO_NOT_TRACK: '1',
      npm_config_update_notifier: 'false',
      TURBO_TELEMETRY_DISABLED: '1',
      WARDSEAL_ABOVE: String(process.pid),
      WARDSEAL_BEGUN: String(Date.now()),
      WARDSEAL_TASK: JSON.stringify([`do:${task}`, ...words]),
    },
  );
} else {
  const install = ['install', '--frozen-lockfile', '--prefer-offline', '--config.confirmModulesPurge=false'];
  // Silent: pnpm would print the command with the photograph's path, which may hold a patient's name.
  const job = ['--silent', 'run', ...JSON.parse(process.env.WARDSEAL_TASK)];
  process.exitCode = (await run('pnpm', install)) || (await run('pnpm', job));
}
