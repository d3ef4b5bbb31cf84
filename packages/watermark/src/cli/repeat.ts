import { holdsPatientNumber, type NumberReading } from '@wardseal/primitives';

/** How values that were checked are read; what is not listed is prose. Coordinates hold ten digits by chance, and nobody's number. */
const READINGS: Readonly<Record<string, NumberReading | 'numbers'>> = { corners: 'numbers', image: 'identifier' };

/** Options and their values as a command line for a POSIX shell. A value that may hold a patient's number is left out. */
export function commandLine(words: readonly string[], values: Readonly<Record<string, unknown>>, last: string): string {
  const options = Object.entries(values).flatMap(([name, value]) => {
    if (value === true) return [`--${name}`];
    if (typeof value !== 'string') return [];
    const reading = Object.hasOwn(READINGS, name) ? READINGS[name]! : 'text';
    const text = quoted(value, reading);
    // A value that begins with a hyphen would be read as options.
    return value.startsWith('-') ? [`--${name}=${text}`] : [`--${name}`, text];
  });
  const operand = quoted(last, 'text');
  return ['wardseal-watermark', ...words, ...options, ...(/^-./.test(last) ? ['--', operand] : [operand])].join(' ');
}

function quoted(value: string, reading: NumberReading | 'numbers'): string {
  if (reading !== 'numbers' && holdsPatientNumber(value, reading)) return 'FILE';
  return /^[\w@%+=:,./-]+$/.test(value) ? value : `'${value.replaceAll("'", `'\\''`)}'`;
}
