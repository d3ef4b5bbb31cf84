import { input, list, Missing, onSubmit, startOf } from '@wardseal/primitives/page';
import { MAX_HEADER_BYTES } from '../limits.js';
import { checkSeat } from '../recovery/check-seat.js';
import { headerOf } from './answer.js';
import { currentSeat, isUnlocked } from './seat.js';
import { wordsFor } from './words.js';

async function result(file: File, identity: string): Promise<string> {
  try {
    const { seat, threshold, seats } = await checkSeat(headerOf(await startOf(file, MAX_HEADER_BYTES)), identity);
    const enough = threshold === 1 ? 'one of them alone opens' : `${threshold} together open`;
    return `${file.name}: good. Seat ${seat} of ${seats}; any ${enough} the file.`;
  } catch (error) {
    return `${file.name}: ${wordsFor(error)}`;
  }
}

/** "Test my seat". */
export function wireDrill(): void {
  onSubmit(
    'test',
    async () => {
      list('results', []);
      const seat = currentSeat();
      const files = [...(input('test-files').files ?? [])];
      if (files.length === 0) throw new Missing('test-files', 'Choose one or more headers.');
      const lines: string[] = [];
      for (const file of files) lines.push(await result(file, seat.identity));
      if (isUnlocked(seat)) list('results', lines);
    },
    wordsFor,
  );
}
