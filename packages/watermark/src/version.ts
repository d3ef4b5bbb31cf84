/** Version of the mark's format. Every later version keeps on finding the older ones. */
export const MARK_VERSION = 'wardseal.org/mark/v0';

/** The two marks that may lie in one picture: the viewer's own, and the one the sender's device put in a person's copy. */
export type Layer = 'view' | 'share';
