// scheme, host (with port), path; a query and a fragment are not compared (RFC 9449 section 4.3, check 9).
const URI = /^(https?):\/\/([a-z0-9.-]+|\[[0-9a-f:.]+\])(?::(\d{1,5}))?(\/[^?#]*)?(?:\?[^#]*)?(?:#.*)?$/i;
const ALLOWED = /^[\x21-\x7e]+$/;
const UNRESERVED = /[A-Za-z0-9._~-]/;
const DEFAULT_PORTS: Record<string, string> = { http: '80', https: '443' };

/**
 * The normal form of an HTTP URI without query and fragment (RFC 3986 sections 6.2.2 and 6.2.3), or null when it is not
 * one. Dot segments are refused, not resolved: no client sends them, and what resolves them differently could be led astray.
 */
export function normalHttpUri(text: string): string | null {
  const found = ALLOWED.test(text) ? URI.exec(text) : null;
  if (found === null) return null;
  const [scheme, host] = [found[1]!.toLowerCase(), found[2]!.toLowerCase()];
  const port = found[3] === undefined || found[3] === DEFAULT_PORTS[scheme] ? '' : `:${found[3]}`;
  const raw = found[4] ?? '/';
  if (/%(?![0-9a-f]{2})/i.test(raw)) return null;
  const path = raw.replace(/%[0-9a-f]{2}/gi, (octet) => {
    const char = String.fromCharCode(Number.parseInt(octet.slice(1), 16));
    return UNRESERVED.test(char) ? char : octet.toUpperCase();
  });
  if (/\/\.{1,2}(?:\/|$)/.test(path)) return null;
  return `${scheme}://${host}${port}${path}`;
}
