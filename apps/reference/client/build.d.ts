// Put in by build.mjs: where the workers lie, below the page's own origin, named after what is in them.

/** All that holds keys: client/worker/worker.ts. */
declare const WORKER_URL: string;
/** The invisible mark: @wardseal/watermark/worker. */
declare const MARK_WORKER_URL: string;
