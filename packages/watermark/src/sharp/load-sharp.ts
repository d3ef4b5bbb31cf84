import { WatermarkError } from '../errors.js';

/** What of sharp is used: its own types would bring Node's into every program that imports this. */
export interface Sharp {
  metadata(): Promise<Metadata>;
  rotate(): Sharp;
  toColourspace(space: 'srgb' | 'b-w'): Sharp;
  withIccProfile(name: 'srgb'): Sharp;
  raw(options?: { depth: 'uchar' }): Sharp;
  jpeg(options: { quality: number; chromaSubsampling: '4:2:0' | '4:4:4' }): Sharp;
  png(): Sharp;
  webp(options: { quality: number }): Sharp;
  avif(options: { quality: number; effort: number }): Sharp;
  toBuffer(): Promise<Uint8Array>;
  toBuffer(options: { resolveWithObject: true }): Promise<{
    data: Uint8Array<ArrayBuffer>;
    info: { width: number; height: number; channels: number };
  }>;
}

export interface Metadata {
  /** The loader that took the file. */
  readonly format?: string;
  readonly width: number;
  readonly height: number;
  readonly depth?: string;
  readonly space?: string;
  readonly pages?: number;
  readonly compression?: string;
  readonly hasAlpha?: boolean;
}

export type SharpFactory = (
  input: Uint8Array | Uint8ClampedArray,
  options?: {
    limitInputPixels?: number | false;
    failOn?: 'error';
    raw?: { width: number; height: number; channels: 1 | 3 | 4 };
  },
) => Sharp;

/**
 * sharp, loaded when it is first needed: whoever only imports this package need not have it.
 *
 * @throws {WatermarkError} ADAPTER_MISSING: it is not installed, or its binary does not fit this machine.
 */
export async function loadSharp(): Promise<SharpFactory> {
  try {
    // `as string`: the module is looked for when this runs, not when a program is type-checked.
    return ((await import('sharp' as string)) as { default: SharpFactory }).default;
  } catch (cause) {
    const message = 'sharp could not be loaded: install it beside this package (npm install sharp)';
    throw new WatermarkError('ADAPTER_MISSING', message, { cause });
  }
}
