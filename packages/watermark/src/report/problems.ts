import { holdsPatientNumber } from '@wardseal/primitives';

/** A line of a program about a file: it may quote the file's name. A number that could be a patient's is left out with its line. */
export function readable(line: string): string {
  return holdsPatientNumber(line) ? 'A line is left out: it holds a number that could be a patient’s.' : line;
}
