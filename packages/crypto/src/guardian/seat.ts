import { chosen, hide, input, Missing, onClick, onSubmit, show, write } from '@wardseal/primitives/page';
import { recipientThumbprint } from '../keys/recipient.js';
import { MAX_SEAT_FILE_BYTES, openSeatFile, type Seat } from './seat-file.js';
import { wordsFor } from './words.js';

let seat: Seat | null = null;

/** The unlocked seat. Throws Missing when there is none. */
export function currentSeat(): Seat {
  if (seat === null) throw new Missing('seat-file', 'Unlock your seat first.');
  return seat;
}

/** Whether a seat is still the unlocked one: what was begun with it must not show after it was locked. */
export const isUnlocked = (one: Seat): boolean => one === seat;

/** "Unlock your seat" and "Lock and forget". `onLock` clears what was made with it. */
export function wireSeat(onUnlock: () => void, onLock: () => void): void {
  onSubmit(
    'unlock',
    async () => {
      const file = await chosen('seat-file', MAX_SEAT_FILE_BYTES);
      if (file === null) throw new Missing('seat-file', 'Choose your seat file.');
      if (input('seat-code').value.trim() === '') throw new Missing('seat-code', 'Type your recovery code.');
      seat = await openSeatFile(file, input('seat-code').value);
      input('seat-code').value = '';
      write('seat-thumbprint', recipientThumbprint(seat.recipient));
      write('seat-root', seat.root);
      hide('unlock-form');
      show('unlocked');
      onUnlock();
      write('unlock-done', 'Your seat is unlocked.');
    },
    wordsFor,
  );
  onClick('lock', () => {
    seat = null;
    onLock();
    for (const id of ['seat-thumbprint', 'seat-root', 'unlock-done']) write(id, '');
    input('seat-file').value = '';
    hide('unlocked');
    show('unlock-form', 'unlock-h');
  });
}
