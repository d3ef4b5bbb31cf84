import { base64url } from '@wardseal/primitives/base64';
import { bytesAnswer } from './headers.js';
import type { LinkContent } from './options.js';

const RANGE = /^bytes=(\d{0,15})-(\d{0,15})$/;

/** The one range that is asked for, `whole` when there is none that is understood, null when it lies outside. */
function rangeOf(header: string | null, size: number): { start: number; end: number } | 'whole' | null {
  const [, first, last] = RANGE.exec(header ?? '') ?? [];
  if (first === undefined || last === undefined || (first === '' && last === '')) return 'whole';
  if (first === '') {
    const suffix = Math.min(Number(last), size);
    return suffix === 0 ? null : { start: size - suffix, end: size };
  }
  const start = Number(first);
  if (last !== '' && Number(last) < start) return 'whole';
  const end = last === '' ? size : Math.min(Number(last) + 1, size);
  return start < size ? { start, end } : null;
}

/**
 * A sealed file, whole or one range of it (RFC 9110 section 14): a film is opened piece by piece. Several ranges at once are
 * answered by the whole, as the RFC allows. Null when the file is not there.
 */
export async function contentAnswer(
  content: LinkContent,
  object: Uint8Array<ArrayBuffer>,
  request: Request,
): Promise<Response | null> {
  const size = await content.size(object);
  if (size === null) return null;
  const etag = `"${base64url(object)}"`;
  const always = { etag, 'accept-ranges': 'bytes', 'content-disposition': 'attachment' };
  const condition = request.headers.get('if-range');
  const asked = request.method === 'GET' && (condition === null || condition === etag);
  const range = asked ? rangeOf(request.headers.get('range'), size) : 'whole';
  if (range === null) return bytesAnswer(416, null, { ...always, 'content-range': `bytes */${size}` });
  const { start, end } = range === 'whole' ? { start: 0, end: size } : range;
  const headers = {
    ...always,
    'content-length': String(end - start),
    ...(range !== 'whole' && { 'content-range': `bytes ${start}-${end - 1}/${size}` }),
  };
  const body = request.method === 'HEAD' ? null : await content.read(object, start, end);
  return bytesAnswer(range === 'whole' ? 200 : 206, body, headers);
}
