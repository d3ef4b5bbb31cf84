/** Every way in which a picture is refused. */
export type PictureErrorCode =
  | 'PICTURE_EMPTY'
  | 'PICTURE_UNSUPPORTED'
  | 'PICTURE_TRUNCATED'
  | 'PICTURE_MALFORMED'
  | 'PICTURE_TOO_LARGE'
  | 'PICTURE_CODEC_FAILED';

const ADVICE: Record<PictureErrorCode, string> = {
  PICTURE_EMPTY: 'This file is empty. Choose the picture again.',
  PICTURE_UNSUPPORTED: 'Only JPEG and PNG pictures can be sent. Save the picture as a JPEG, or take it again here.',
  PICTURE_TRUNCATED: 'Part of this picture is missing. Wait until it has finished copying, or take it again.',
  PICTURE_MALFORMED: 'This picture is damaged and might not show what was photographed. Take it again.',
  PICTURE_TOO_LARGE: 'This picture is too large to send. Take it again at a smaller size.',
  PICTURE_CODEC_FAILED: 'This device could not prepare the picture. Try again, or use another device.',
};

/**
 * A picture that is refused. `message` is for developers; `advice` is one sentence for the person who chose the
 * picture. Neither ever holds a byte of the picture.
 */
export class PictureError extends Error {
  readonly code: PictureErrorCode;
  /** What a clinician can read and do. */
  readonly advice: string;

  constructor(code: PictureErrorCode, message: string, options: { advice?: string; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? {} : { cause: options.cause });
    this.name = 'PictureError';
    this.code = code;
    this.advice = options.advice ?? ADVICE[code];
  }
}
