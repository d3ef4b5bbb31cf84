import WORDS from './words.en.json' with { type: 'json' };

/** What a person reads when something went wrong: what happened, and what to do next. */
export interface Words {
  readonly said: string;
  readonly next: string;
}

// By code, as [what happened, what to do]: the server's codes, the core's, the passkey's, the camera's and this page's own.
const TABLE: ReadonlyMap<string, readonly string[]> = new Map(Object.entries(WORDS));
const UNKNOWN = ['Something went wrong on this page.', 'Load this page again. If it is urgent, phone them.'];

/** The sentence for an error's code; any other error says that it is ours and not theirs. */
export function wordsOf(error: unknown): Words {
  const { code = '', lines = [], next = [] } = (error ?? {}) as { code?: string; lines?: string[]; next?: string[] };
  const [said = '', usual = ''] = TABLE.get(code) ?? UNKNOWN;
  // The policy's own sentences are more exact than ours.
  const sentences = (parts: readonly string[]): string => parts.map((part) => part.replace(/[^.!?]$/, '$&.')).join(' ');
  return {
    said: lines.length === 0 ? said : `${said} ${sentences(lines)}`,
    next: next.length === 0 ? usual : sentences(next),
  };
}
