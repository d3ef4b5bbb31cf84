/** Every code a {@link WatermarkError} can carry. Codes never change their meaning; new ones may be added. */
export type WatermarkErrorCode =
  | 'ADAPTER_MISSING'
  | 'BUDGET_EXCEEDED'
  | 'CANDIDATES_INVALID'
  | 'CANVAS_UNAVAILABLE'
  | 'CHIPS_INVALID'
  | 'FFMPEG_FAILED'
  | 'FONT_MISSING'
  | 'CORNERS_INVALID'
  | 'ID_INVALID'
  | 'IMAGE_INVALID'
  | 'IMAGE_TOO_LARGE'
  | 'IMAGE_TOO_SMALL'
  | 'KEY_INVALID'
  | 'MESSAGE_INVALID'
  | 'OVERLAY_INVALID'
  | 'QUALITY_INVALID'
  | 'RECORD_INVALID'
  | 'ROI_INVALID'
  | 'VIDEO_INVALID'
  | 'VIDEO_TOO_LONG'
  | 'WORKER_CLOSED'
  | 'WORKER_FAILED';

/** What a {@link WatermarkError} may add to its code: the limit that was met and the value that met it. */
export interface WatermarkErrorFacts {
  /** The field of the input that is wrong. */
  field?: string;
  /** The limit, in the unit its constant names. */
  limit?: number;
  /** The value found, in the same unit. */
  actual?: number;
  cause?: unknown;
}

/** The one error class of this package: a stable `code`, facts on fields, never a secret or a patient datum. */
export class WatermarkError extends Error {
  override readonly name = 'WatermarkError';
  readonly code: WatermarkErrorCode;
  readonly field?: string;
  readonly limit?: number;
  readonly actual?: number;

  constructor(code: WatermarkErrorCode, message: string, facts: WatermarkErrorFacts = {}) {
    super(message, 'cause' in facts ? { cause: facts.cause } : undefined);
    this.code = code;
    if (facts.field !== undefined) this.field = facts.field;
    if (facts.limit !== undefined) this.limit = facts.limit;
    if (facts.actual !== undefined) this.actual = facts.actual;
  }
}
