import { sha256, utf8 } from '@wardseal/primitives';
import { createEventId } from './event-id.js';

/**
 * The event id that follows from what the event is about, so that whoever tries again after a crash gives the same one:
 * a UUIDv7 whose time is `time` and whose other bits are of SHA-256 over the parts (docs/spec/evidence.md).
 */
export function fixedId(time: number, ...parts: readonly string[]): string {
  const digest = sha256(utf8(['wardseal.org/audit/v0 event id', ...parts].join('\0')));
  return createEventId({
    clock: { now: () => time, after: () => () => undefined },
    random: (length) => digest.slice(0, length),
  });
}
