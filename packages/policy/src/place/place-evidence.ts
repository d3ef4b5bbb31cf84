import type { Clock } from '../decision.js';
import { own } from '../engine/facts.js';
import { formatAddress } from './cidr.js';
import { blocks, clientKey, within } from './client-address.js';
import { checkFence, type FenceState, type Fix, fenceState, isFresh, isRecent, type Point } from './fence.js';

/** Age at which a position no longer counts, seconds: the default of the NHS pack's `fixMaxAgeSeconds`. */
const MAX_AGE_SECONDS = 600;

/** What a trust knows about its places. */
export interface PlaceConfiguration {
  readonly clock: Clock;
  /** Blocks of addresses of our own proxies; without them no header counts. */
  readonly trustedProxies?: readonly string[];
  /** Blocks of addresses of the organisation's own network, and of the HSCN. */
  readonly networks?: { readonly organisation?: readonly string[]; readonly hscn?: readonly string[] };
  /** By name. `networks` are blocks that reach only inside the fence: the wired network of a site. */
  readonly fences?: Readonly<
    Record<string, { readonly polygon: readonly Point[]; readonly networks?: readonly string[] }>
  >;
  /** Default 600. */
  readonly maxAgeSeconds?: number;
  /**
   * The country (ISO 3166-1 alpha-2) of an address, null where it has none. No database comes with this package; one that
   * throws, or answers anything else, has not answered.
   */
  readonly countryOf?: (address: string) => string | null | undefined;
}

/** What one request brings. All of it may be hostile but `attested`, which the trust's device management says. */
export interface PlaceSignals {
  readonly peer?: string | undefined;
  readonly forwardedFor?: string | undefined;
  readonly fix?: Fix | undefined;
  readonly attested?: { readonly fences: Readonly<Record<string, FenceState>>; readonly at: number } | undefined;
  /** The country the device says it is in. */
  readonly deviceCountry?: string | undefined;
}

/** Facts for `request.context`; what is not known is not there. No coordinate is among them. */
export interface PlaceFacts {
  readonly address?: string;
  readonly network?: 'organisation' | 'hscn' | 'internet';
  readonly place: {
    readonly evidence: 'network' | 'attested' | 'fix' | 'ip' | 'none';
    /** Of all fences: inside one of them, outside all, or neither is known; `none` where there is no fence. */
    readonly fence: FenceState | 'none';
    readonly fences: Readonly<Record<string, FenceState>>;
    readonly ageSeconds: number | 'none';
  };
  readonly country: { readonly network?: string; readonly device: string };
}

export interface PlaceEvidence {
  /** The evidence sources of the NHS pack that are there: for `nhs({ configured })`. */
  readonly configured: readonly ('country' | 'fence')[];
  /** Never throws. */
  readonly facts: (signals: PlaceSignals) => PlaceFacts;
}

/** One signal about fences, strongest first in a list of them. */
interface Witness {
  readonly evidence: 'network' | 'attested' | 'fix';
  readonly ageSeconds: number;
  readonly fences: Readonly<Record<string, FenceState>>;
}

/**
 * Turns what a request brings into facts about where it comes from. Evidence, strongest first: our own network as our own
 * server saw it, device management, a position of the device, an address, none. Where two signals say the opposite of one
 * fence, the person is outside and the evidence is only as good as the weakest of them. Deters and catches mistakes;
 * developer tools, mock locations and VPNs defeat it.
 *
 * @throws TypeError when `clock.now` is not a function. RangeError for a block that is none, a fence that `checkFence`
 * refuses, or a `maxAgeSeconds` that is no number above zero.
 * @example
 * ```ts
 * const places = createPlaceEvidence({ clock: { now: Date.now }, networks: { organisation: ['10.20.0.0/16'] } });
 * const request = { subject, action, resource, context: { ...context, ...places.facts({ peer: '10.20.3.4' }) } };
 * ```
 */
export function createPlaceEvidence(configuration: PlaceConfiguration): PlaceEvidence {
  const { clock, networks = {}, maxAgeSeconds = MAX_AGE_SECONDS, countryOf } = configuration;
  if (typeof clock?.now !== 'function') throw new TypeError('`clock.now` must be a function');
  if (!(maxAgeSeconds > 0)) throw new RangeError('`maxAgeSeconds` must be above zero');
  const proxies = blocks(configuration.trustedProxies ?? []);
  const organisation = blocks(networks.organisation ?? []);
  const hscn = blocks(networks.hscn ?? []);
  const fences = Object.entries(configuration.fences ?? {}).map(([name, fence]) => {
    checkFence(fence.polygon);
    return { name, polygon: fence.polygon, ranges: blocks(fence.networks ?? []) };
  });

  const networkOf = (key: string): 'organisation' | 'hscn' | 'internet' =>
    within(organisation, key) || fences.some(({ ranges }) => within(ranges, key))
      ? 'organisation'
      : within(hscn, key)
        ? 'hscn'
        : 'internet';
  const each = (state: (fence: (typeof fences)[number]) => FenceState): Readonly<Record<string, FenceState>> =>
    Object.fromEntries(fences.map((fence) => [fence.name, state(fence)]));

  const witnesses = ({ fix, attested }: PlaceSignals, key: string | null, now: number): Witness[] => {
    const age = (at: number): number => Math.max(0, Math.ceil((now - at) / 1_000));
    const out: Witness[] = [];
    if (key !== null && networkOf(key) !== 'internet') {
      const reach = each(({ ranges }) => (within(ranges, key) ? 'inside' : 'uncertain'));
      out.push({ evidence: 'network', ageSeconds: 0, fences: reach });
    }
    if (attested !== undefined && isRecent(attested.at, now, maxAgeSeconds)) {
      const said = each(({ name }) =>
        own(attested.fences, name) === 'inside'
          ? 'inside'
          : own(attested.fences, name) === 'outside'
            ? 'outside'
            : 'uncertain',
      );
      out.push({ evidence: 'attested', ageSeconds: age(attested.at), fences: said });
    }
    if (isFresh(fix, now, maxAgeSeconds)) {
      const seen = each(({ polygon }) => fenceState(polygon, fix, { now, maxAgeSeconds }));
      out.push({ evidence: 'fix', ageSeconds: age(fix.at), fences: seen });
    }
    return out;
  };

  const countryAt = (address: string): string | undefined => {
    try {
      const country = countryOf?.(address);
      return country === null ? 'none' : isCountry(country) ? country : undefined;
    } catch {
      return undefined;
    }
  };

  const facts = (signals: PlaceSignals): PlaceFacts => {
    const key = clientKey(signals.peer, signals.forwardedFor, proxies);
    const found = witnesses(signals, key, clock.now());
    const says = (name: string, state: FenceState): boolean => found.some((witness) => witness.fences[name] === state);
    const states = each(({ name }) =>
      says(name, 'outside') ? 'outside' : says(name, 'inside') ? 'inside' : 'uncertain',
    );
    const disagree = fences.some(({ name }) => says(name, 'inside') && says(name, 'outside'));
    const best = disagree ? found.at(-1) : found[0];
    const address = key === null ? undefined : formatAddress(key);
    const country = address === undefined ? undefined : countryAt(address);
    const all = Object.values(states);
    return {
      ...(address !== undefined && { address, network: networkOf(key!) }),
      place: {
        evidence: best?.evidence ?? (key === null ? 'none' : 'ip'),
        fence: all.includes('inside')
          ? 'inside'
          : all.length === 0
            ? 'none'
            : all.includes('uncertain')
              ? 'uncertain'
              : 'outside',
        fences: states,
        ageSeconds: best?.ageSeconds ?? 'none',
      },
      country: {
        ...(country !== undefined && { network: country }),
        device: isCountry(signals.deviceCountry) ? signals.deviceCountry : 'none',
      },
    };
  };
  return Object.freeze({
    configured: [
      ...(countryOf === undefined ? [] : ['country' as const]),
      ...(fences.length === 0 ? [] : ['fence' as const]),
    ],
    facts,
  });
}

function isCountry(code: unknown): code is string {
  return typeof code === 'string' && /^[A-Z]{2}$/.test(code);
}
