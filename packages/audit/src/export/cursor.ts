/** How far an export got: everything before `next` was delivered. */
export interface Cursor {
  readonly origin: string;
  /** Index of the first entry that is still to be delivered. */
  readonly next: number;
  /** Hex hash of the leaf at `next - 1`, null at the start: a log that was rewritten below the cursor is noticed. */
  readonly leafHash: string | null;
}

/** Keeps a cursor, in a file (`fileCursor`), a database row, or wherever the caller likes. */
export interface CursorStore {
  /** The last cursor saved, or null before the first. */
  load(): Promise<Cursor | null>;
  /** Resolves only when the cursor is durable. */
  save(cursor: Cursor): Promise<void>;
}
