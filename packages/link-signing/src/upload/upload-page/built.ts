// The build puts the page's script and style here (tsup.config.ts). Read from its source, a page has neither.

/** `main.ts` of this folder with all it needs. */
export const SCRIPT: string = '';
/** The house's style and `page.css` of this folder. */
export const STYLE: string = '';
