import { holdsPatientNumber } from '@wardseal/primitives';

/** Options and their values as a command line for a POSIX shell. A value that may hold a patient's number is left out. */
export function commandLine(words: readonly string[], values: Readonly<Record<string, unknown>>, last: string): string {
  const options = Object.entries(values).flatMap(([name, value]) => {
    if (value === true) return [`--${name}`];
    return typeof value === 'string' ? [`--${name}`, quoted(value)] : [];
  });
  return ['wardseal-watermark', ...words, ...options, quoted(last)].join(' ');
}

function quoted(value: string): string {
  if (holdsPatientNumber(value)) return 'FILE';
  return /^[\w@%+=:,./-]+$/.test(value) ? value : `'${value.replaceAll("'", `'\\''`)}'`;
}
