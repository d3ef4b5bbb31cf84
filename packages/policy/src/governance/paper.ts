import type { VersionRef } from './register.js';

/** One thing a paper says, and where in the configuration (or from whom) it comes. */
export interface Statement {
  readonly text: string;
  /** Such as `rule VW-01`, `parameter viewSignInHours = 13` or `form: dpo`. */
  readonly source: string;
}

export interface PaperTable {
  readonly columns: readonly string[];
  /** The last column is the source of the row. */
  readonly rows: readonly (readonly string[])[];
}

export interface PaperSection {
  readonly heading: string;
  /** The law's own clause, such as `35(7)(a)`. */
  readonly clause?: string;
  readonly statements: readonly Statement[];
  readonly tables: readonly (PaperTable & { readonly title: string })[];
}

/** A field of the form that only people can fill. */
export interface MissingField {
  /** JSON pointer into the form. */
  readonly field: string;
  readonly question: string;
}

/** A document made from a running configuration: plain JSON, every statement with its source. */
export interface Paper<Format extends string = string> {
  readonly format: Format;
  readonly title: string;
  /** When it was made; RFC 3339, UTC. */
  readonly at: string;
  readonly policy: VersionRef & { readonly id: string };
  readonly sections: readonly PaperSection[];
  /** What nobody has said yet. The paper is not finished while there is any. */
  readonly missing: readonly MissingField[];
}

/** A paper for a page or a printer: text only. */
export interface Page {
  readonly title: string;
  readonly sections: readonly {
    readonly heading: string;
    readonly paragraphs: readonly string[];
    readonly tables: readonly (PaperTable & { readonly title: string })[];
  }[];
}

/**
 * A paper as headings, paragraphs and tables, each paragraph with its source in brackets; what is missing comes first,
 * a table without rows is left out.
 *
 * @example
 * ```ts
 * for (const { heading, paragraphs } of pageOf(dpia({ pack, now: Date.now() })).sections) console.log(heading, paragraphs);
 * ```
 */
export function pageOf({ title, sections, missing }: Paper): Page {
  const open = missing.map(({ field, question }) => `${question} (missing: ${field})`);
  return {
    title,
    sections: [
      ...(open.length === 0 ? [] : [{ heading: 'Not yet answered', paragraphs: open, tables: [] }]),
      ...sections.map(({ heading, clause, statements, tables }) => {
        const paragraphs = statements.map(({ text, source }) => `${text} (${source})`);
        const filled = tables.filter(({ rows }) => rows.length > 0);
        return {
          heading: clause === undefined ? heading : `${heading} (${clause})`,
          paragraphs: paragraphs.length + filled.length === 0 ? ['Nothing has been said about this yet.'] : paragraphs,
          tables: filled,
        };
      }),
    ],
  };
}
