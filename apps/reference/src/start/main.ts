// Behind `npm start`: the whole demo on this machine, until Ctrl-C.
import { bringUp } from './house.js';
import { StartError, settingsOf } from './settings.js';

const begun = performance.now();
const say = (line: string): void => void process.stdout.write(`${line}\n`);
const seconds = (): string => `${((performance.now() - begun) / 1000).toFixed(1).padStart(5)} s`;
const links: string[] = [];
let up = false;

const fail = (message: string): void => {
  process.stderr.write(`wardseal: ${message}\n`);
  process.exitCode = 1;
};

// Before anything is started: a signal that comes early must not leave half of it house.
const told = new Promise<NodeJS.Signals>((resolve) => {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => resolve(signal));
});

/** A custodian prints one link for each person who has not enrolled. They are shown together, last, where they are seen. */
function heard(program: string, line: string): void {
  const isLink = program.startsWith('custodian ') && /: https?:\/\/\S+\/enrol#\S+$/.test(line);
  if (isLink && !up) links.push(line);
  else say(isLink ? line : `${program.padEnd(16)} | ${line}`);
}

try {
  const settings = settingsOf(process.env);
  say('Wardseal, the demo: invented trusts and people, on this machine only. Not for real patients.');
  say(`data in ${settings.dataDir}`);
  const coming = bringUp(settings, {
    begun: (what) => say(`${seconds()}  preparing ${what} ...`),
    done: (what, where) => say(`${seconds()}  ${what.padEnd(16)} ${where}`),
    heard,
  });
  const house = await Promise.race([coming, told.then(() => undefined)]);
  if (house === undefined) {
    // What is running already ends with us: its leash is cut.
    say('\nending before it was ready');
    process.exit(1);
  }
  up = true;
  if (links.length > 0) {
    say('\nOne link a person, good once and for 30 minutes; another start makes new ones:');
    for (const link of links.sort((a, b) => a.slice(0, 5).localeCompare(b.slice(0, 5)))) say(`  ${link}`);
  }
  say(`\n${house.origin} is ready. Ctrl-C ends it.`);
  const end = await Promise.race([told, house.died.then((words) => ({ words }))]);
  if (typeof end === 'object') fail(end.words);
  else say('\nending ...');
  await house.stop();
} catch (error) {
  fail(
    error instanceof StartError
      ? error.message
      : error instanceof Error
        ? (error.stack ?? error.message)
        : String(error),
  );
}
// A signal's listeners, or a program that will not be unreferenced, must not keep us.
process.exit();
