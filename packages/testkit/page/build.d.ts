/** The few settings of esbuild that a page is made with, and what comes of them. */
type Build = (options: object) => Promise<{ outputFiles?: readonly { readonly text: string }[] }>;

/** The page of a folder that holds main.ts, page.html and page.css, as text. */
export function buildPage(source: {
  readonly build: Build;
  readonly folder: string;
  readonly version: string;
}): Promise<string>;

/** Script and style of a folder that holds main.ts and page.css, for a page that a server serves. */
export function buildParts(source: {
  readonly build: Build;
  readonly folder: string;
}): Promise<{ readonly script: string; readonly style: string }>;
