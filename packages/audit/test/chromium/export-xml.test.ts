import fc from 'fast-check';
import { expect, it } from 'vitest';
import { toAtna } from '../../src/export.js';
import { entriesOf, FULL, OPTIONS } from '../support/export/entries.js';

// A reader of XML that is not ours: the browser's.
function parsed(line: string): Document {
  const document = new DOMParser().parseFromString(line.slice(line.indexOf('<?xml')), 'text/xml');
  expect(document.querySelector('parsererror')).toBeNull();
  return document;
}

it("an audit message is whole to a browser's parser, whatever the texts are", async () => {
  const [entry] = await entriesOf([FULL]);
  const units = fc.array(fc.integer({ min: 0, max: 0xffff }), { minLength: 1, maxLength: 12 });
  fc.assert(
    fc.property(
      units,
      fc.constantFrom('', ']]>', '<!--', '&#0;', '</AuditMessage>', '"/><x y="', '\u{1f600}'),
      (codes, tail) => {
        const text = String.fromCharCode(...codes) + tail;
        const actor = {
          ...entry!.actor!,
          reason: text,
          actor: { id: text, kind: 'practitioner' as const, role: text },
        };
        const document = parsed(toAtna({ ...entry!, actor }, { ...OPTIONS, nameOf: () => text }));
        expect(document.documentElement.tagName).toBe('AuditMessage');
        const participants = document.querySelectorAll('ActiveParticipant');
        expect(participants).toHaveLength(3);
        // What could not be told stands as a replacement character, the rest is there to the letter.
        expect(participants[0]!.getAttribute('UserID')).toBe(participants[0]!.getAttribute('UserName'));
        expect(participants[0]!.getAttribute('UserID')).toHaveLength(text.length);
      },
    ),
    { numRuns: 300 },
  );
});
