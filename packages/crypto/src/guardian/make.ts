import { by, hide, input, Missing, onClick, onSubmit, save, show, write } from '@wardseal/primitives/page';
import { recipientThumbprint } from '../keys/recipient.js';
import { canonicalRecoveryCode } from '../keys/recovery-code.js';
import { isRoot, makeSeat } from './seat-file.js';
import { wordsFor } from './words.js';

type Made = Awaited<ReturnType<typeof makeSeat>>;

let made: Made | null = null;
let kept = false;

function forget(): void {
  made = null;
  kept = false;
  write('code', '');
  write('make-done', '');
  write('made-thumbprint', '');
  by<HTMLTextAreaElement>('recipient').value = '';
  input('confirm-code').value = '';
  by('code').classList.remove('covered');
  hide('made', 'confirmed');
}

/** Forgets a seat whose file was saved: code and key have no more to do on the page. */
export function leaveMake(): void {
  if (kept) forget();
}

/** "Make a seat". */
export function wireMake(): void {
  onSubmit(
    'make',
    async () => {
      forget();
      const root = input('make-root').value.trim();
      if (!isRoot(root))
        throw new Missing(
          'make-root',
          'The root thumbprint has 43 letters, digits, hyphens and underscores. Check it.',
        );
      const seat = await makeSeat(root);
      made = seat;
      write('code', seat.code);
      write('made-thumbprint', recipientThumbprint(seat.recipient));
      by<HTMLTextAreaElement>('recipient').value = seat.recipient;
      show('made', 'code-h');
    },
    wordsFor,
  );
  onClick('print-code', () => print());
  // What is read off the screen proves no paper. The code keeps its place: a press on the button below uncovers it, and a
  // button that moves away under the pointer is not clicked.
  input('confirm-code').addEventListener('focus', () => by('code').classList.add('covered'));
  input('confirm-code').addEventListener('blur', () => by('code').classList.remove('covered'));
  onSubmit(
    'confirm',
    async () => {
      const typed = canonicalRecoveryCode(input('confirm-code').value);
      if (typed !== made?.code)
        throw new Missing('confirm-code', 'This is a code, but not the one of this seat. Check your paper.');
      show('confirmed', 'save-h');
    },
    wordsFor,
  );
  onClick('save-seat', () => {
    if (made === null) return;
    save('guardian-seat.json', made.file, 'application/json');
    kept = true;
    write('make-done', 'Saved. Keep file and paper apart.');
  });
  onClick('save-recipient', () => {
    if (made !== null) save('guardian-public-key.txt', `${made.recipient}\n`, 'text/plain');
  });
}
