/** Largest picture, in pixels: twice today's biggest phone sensors after binning, and 400 MB as RGBA. */
export const MAX_PIXELS = 100_000_000;
/** Longest side, in pixels: what a JPEG can hold. */
export const MAX_SIDE = 65_535;
/** Shortest side that can carry a mark, in pixels: half a tile, below which too few chips are left to prove anything. */
export const MIN_SIDE = 64;
/** Most candidates of one investigation: every viewing of a very large trust for a year; keeps memory below 200 MB. */
export const MAX_CANDIDATES = 1_000_000;
/** Most decoys: enough to see the tail at 1e-6. */
export const MAX_DECOYS = 1_000_000;
/** Fewest decoys: below this the spread of the null is not known to 3 %. */
export const MIN_DECOYS = 1_000;
/** Most image keys that one blind search takes. */
export const MAX_KEYS = 100_000;
/** Longest viewing or image id, in UTF-8 bytes: room for a URN, too little for a document. */
export const MAX_ID_BYTES = 512;
/** Shortest tenant secret, in bytes: the strength of the HMAC under it. */
export const MIN_SECRET_BYTES = 32;
/** Longest tenant secret, in bytes. */
export const MAX_SECRET_BYTES = 1024;
/** Longest text in one field of an overlay, in UTF-16 units: what fits a border line. */
export const MAX_OVERLAY_TEXT = 200;
/** Largest picture file, in bytes: 100 megapixels as an RGBA TIFF or a PNG that did not compress, and some. */
export const MAX_FILE_BYTES = 536_870_912;
/** Quality aimed at unless told otherwise, in dB: a mark of 1.4 luma levels. */
export const DEFAULT_PSNR = 45;
/** The same for each frame of a video: its mark is read from many frames, and seen for longer. */
export const DEFAULT_VIDEO_PSNR = 46;
/** Longest side of a video, in pixels: 8K and its odd crops; more frames than that no detector could hold. */
export const MAX_VIDEO_SIDE = 8192;
/** Most frames of a video that is traced: ten minutes at 30 a second, 170 MB of thumbnails. */
export const MAX_TRACED_FRAMES = 18_000;
/** Least quality that can be asked for, in dB: below it the mark begins to be seen. */
export const MIN_PSNR = 42;
/** Greatest quality that can be asked for, in dB: above it rounding to 8 bits swallows the mark. */
export const MAX_PSNR = 60;
/** Most pixels of a video's frame read by ffmpeg: 4K in either shape, and some; 15 MB a frame with its colours. */
export const MAX_VIDEO_PIXELS = 10_000_000;
/** Longest video file, in seconds: an operation's part; clinical clips have seconds to minutes. */
export const MAX_VIDEO_SECONDS = 3600;
/** Most frames of a video file: an hour at 60 a second, and some. */
export const MAX_VIDEO_FRAMES = 250_000;
