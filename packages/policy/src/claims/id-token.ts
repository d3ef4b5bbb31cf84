import type { Clock } from '../decision.js';
import { own } from '../engine/facts.js';
import { step } from '../errors.js';
import { type Claims, identifier, refuse, text } from './read.js';

/** How far the provider's clock may be from ours, seconds: enough for ordinary drift. */
export const DEFAULT_LEEWAY_SECONDS = 60;
/** More would let an expired token live on noticeably. */
export const MAX_LEEWAY_SECONDS = 300;
/** The last second of the year 9999: RFC 3339 has no later one. */
const LAST_SECOND = 253_402_300_799;

/** What every provider's tokens are compared with. */
export interface Expected {
  readonly clock: Clock;
  /** This application's id at the provider: the only audience that is accepted. */
  readonly clientId: string;
  /** Default 60, at most 300. */
  readonly leewaySeconds?: number;
}

export interface IdToken {
  readonly issuer: string;
  /** `sub`. */
  readonly subject: string;
  /** RFC 3339, UTC; never later than the present moment. */
  readonly authenticatedAt: string;
}

const PATH = '/idToken';

/** Ensures that what a token is compared with is stated. TypeError or RangeError otherwise. */
export function checkExpected({ clock, clientId, leewaySeconds = DEFAULT_LEEWAY_SECONDS }: Expected): void {
  if (typeof clock?.now !== 'function') throw new TypeError('`clock.now` must be a function');
  if (typeof clientId !== 'string' || clientId === '') throw new TypeError('`clientId` must be a text');
  if (!(leewaySeconds >= 0 && leewaySeconds <= MAX_LEEWAY_SECONDS))
    throw new RangeError(`\`leewaySeconds\` must be 0 to ${MAX_LEEWAY_SECONDS}`);
}

/** Ensures that there is at least one issuer, each a text. TypeError otherwise. */
export function checkIssuers(issuers: readonly string[]): void {
  if (!Array.isArray(issuers) || issuers.length === 0 || !issuers.every((one) => typeof one === 'string' && one !== ''))
    throw new TypeError('`issuers` must be a list of at least one text');
}

function seconds(claims: Claims, name: string): number | undefined {
  const value = own(claims, name);
  if (value === undefined) return undefined;
  if (!Number.isSafeInteger(value) || (value as number) < 1 || (value as number) > LAST_SECOND)
    refuse('CLAIM_INVALID', step(PATH, name), 'not a moment in seconds');
  return value as number;
}

/** OpenID Connect Core 1.0 section 3.1.3.7, points 3 to 5; an audience besides us is one we do not trust. */
function checkAudience(claims: Claims, clientId: string): void {
  const aud = own(claims, 'aud');
  const azp = own(claims, 'azp');
  if (aud === undefined) refuse('CLAIM_MISSING', `${PATH}/aud`, 'missing');
  const ours = Array.isArray(aud) ? aud.length === 1 && aud[0] === clientId : aud === clientId;
  if (!ours) refuse('AUDIENCE_MISMATCH', `${PATH}/aud`, 'token is for another application');
  if (azp !== undefined && azp !== clientId)
    refuse('AUDIENCE_MISMATCH', `${PATH}/azp`, 'token was asked for by another application');
}

/** The moment of signing in, after making sure that the token is of now. */
function signedIn(claims: Claims, { clock, leewaySeconds = DEFAULT_LEEWAY_SECONDS }: Expected): string {
  const now = clock.now() / 1_000;
  const need = (name: string): number => seconds(claims, name) ?? refuse('CLAIM_MISSING', step(PATH, name), 'missing');
  const [exp, iat, authTime] = [need('exp'), need('iat'), need('auth_time')];
  // Written so that a clock that answers NaN refuses.
  if (!(now < exp + leewaySeconds)) refuse('TOKEN_EXPIRED', `${PATH}/exp`, 'token has expired');
  if (exp <= iat) refuse('TOKEN_TIME_INVALID', `${PATH}/exp`, 'token expires before it was issued');
  for (const name of ['iat', 'nbf', 'auth_time'])
    if ((seconds(claims, name) ?? 0) > now + leewaySeconds)
      refuse('TOKEN_TIME_INVALID', step(PATH, name), 'moment lies ahead');
  if (authTime > iat + leewaySeconds)
    refuse('TOKEN_TIME_INVALID', `${PATH}/auth_time`, 'token is older than the sign-in it speaks of');
  // A sign-in of the future would stay fresh for too long.
  return new Date(Math.min(authTime * 1_000, Math.floor(clock.now()))).toISOString();
}

/** Compares the claims of an ID token whose signature and nonce the caller has verified with what is expected of them. */
export function readIdToken(claims: Claims, issuers: readonly string[], expected: Expected): IdToken {
  const issuer = text(claims, 'iss', PATH);
  // Byte for byte (OpenID Connect Core 1.0 section 3.1.3.7, point 2): CIS2's issuers hold a `:443` which no URL parser keeps.
  if (!issuers.includes(issuer)) refuse('ISSUER_UNKNOWN', `${PATH}/iss`, 'issuer is not one of those configured');
  checkAudience(claims, expected.clientId);
  return { issuer, subject: identifier(claims, 'sub', PATH), authenticatedAt: signedIn(claims, expected) };
}

/** The answer of the userinfo endpoint must speak of the token's person (OpenID Connect Core 1.0 section 5.3.2). */
export function checkSameSubject(userinfo: Claims, subject: string): void {
  if (identifier(userinfo, 'sub', '/userinfo') !== subject)
    refuse('SUBJECT_MISMATCH', '/userinfo/sub', 'userinfo speaks of another person than the token');
}
