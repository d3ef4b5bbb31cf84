import { expect } from 'vitest';
import { Desk } from '../../client/app/desk.js';
import type { Core, DirectorySummary, OpenedItem } from '../../client/core/core.js';
import type { Inbox, ItemRow, Me, OpenAnswer } from '../../src/wire/api.js';
import type { ItemLabels } from '../../src/wire/labels.js';

/** A trust, a person and an item for tests of the pages: everybody is invented. */
export const ME: Me = {
  person: 'p-lindqvist',
  organisation: 'ZZZ01',
  name: 'Robin Sample',
  role: 'nurse',
  teams: [],
  onDuty: [],
  trustName: 'Example NHS Trust (invented)',
  wraps: [],
  idleSeconds: 900,
  until: '2026-11-23T13:00:00.000Z',
  policyVersion: 1,
  acknowledgedVersion: 1,
};

const wren = { id: 'p-okafor', name: 'Wren Example', role: 'registrar', teams: ['plastics-on-call'] };
const robin = { id: 'p-lindqvist', name: 'Robin Sample', role: 'nurse', teams: [] };

export const DIRECTORY: DirectorySummary = {
  epoch: 1,
  organisation: 'ZZZ01',
  organisationName: 'Example NHS Trust (invented)',
  people: [robin, wren],
  teams: [{ id: 'plastics-on-call', members: [wren] }],
  me: robin,
};

export const LABELS: ItemLabels = {
  kind: 'photo',
  sensitivity: 'normal',
  purpose: 'referral',
  consentLevel: ['record'],
  identifiable: true,
  author: 'p-okafor',
  ownerOrg: 'ZZZ01',
  team: 'plastics-on-call',
  notAfter: '2027-01-01T00:00:00.000Z',
  about: 'none',
};

export const ITEM = '0192f0c4-7a3b-4c5d-8e9f-000000000001';
export const CASE = '0192f0c4-7a3b-4c5d-8e9f-00000000000c';

export const ROW: ItemRow = {
  id: ITEM,
  case: CASE,
  labels: LABELS,
  author: { id: 'p-okafor', name: 'Wren Example' },
  sentAt: new Date(Date.now() - 240_000).toISOString(),
  state: 'active',
  mine: false,
  canOpen: 'open',
  advice: [],
  filed: false,
  bytes: 5_000_000,
};

export const ANSWER: OpenAnswer = {
  viewing: ITEM,
  header: 'AA',
  receipt: '',
  labels: LABELS,
  chips: { version: 'wardseal.org/mark/v0', layer: 'view', tile: '' },
  watermark: { mode: 'border', strength: 'standard' },
  code: 'K7QX-9MPD',
  sentAt: ROW.sentAt,
  who: { name: ME.name, role: ME.role, organisation: ME.trustName, at: ROW.sentAt },
  until: null,
  emergency: false,
  epoch: 0,
};

export const PATIENT = {
  scheme: 'nhs',
  number: '9990000018',
  name: 'Testcase Exampleton',
  born: '1985-03-27',
} as const;

async function opened(): Promise<OpenedItem> {
  const size = { width: 200, height: 160 };
  const canvas = new OffscreenCanvas(size.width, size.height);
  const context = canvas.getContext('2d')!;
  context.fillStyle = '#a54';
  context.fillRect(0, 0, size.width, size.height);
  const svg =
    '<svg xmlns="http://www.w3.org/2000/svg" width="200" height="200"><rect width="200" height="20" fill="#fff"/></svg>';
  return {
    viewing: ITEM,
    code: 'K7QX-9MPD',
    labels: LABELS,
    case: CASE,
    clinical: {
      item: ITEM,
      patient: PATIENT,
      consent: { level: 'record', form: 'oral', givenBy: 'The patient', at: ROW.sentAt },
      site: 'Skin of hand',
      side: 'left',
      capturedAt: new Date(Date.now() - 3 * 86_400_000).toISOString(),
      note: 'Red since Tuesday, is it infected?',
    },
    sender: wren,
    picture: {
      bitmap: canvas.transferToImageBitmap(),
      overlay: { svg, box: { width: 200, height: 200, left: 0, top: 20 } },
    },
    receipt: { origin: 'audit.zzz01.invalid/2026', index: 41, at: ROW.sentAt, size: 42 },
    breakGlass: false,
    emergency: false,
    timings: {},
  };
}

/** A core that seals and opens nothing: what the pages make of its answers is tested here. */
export function fakeCore(over: Partial<Core> = {}): Core {
  return {
    pin: async () => {},
    createKeys: async () => ({ request: new Uint8Array(4) }),
    answer: async () => new Uint8Array(4),
    protect: async () => ({ wraps: [], recoveryCode: 'AAAA-BBBB' }),
    loadDirectory: async () => DIRECTORY,
    unlock: async () => {},
    lock: () => {},
    unlocked: true,
    prepare: async () => ({
      picture: 'h1',
      width: 200,
      height: 160,
      removed: ['exif', 'gps'],
      route: 'rebuilt',
      preview: await new OffscreenCanvas(20, 16).convertToBlob().catch(() => new Blob()),
    }),
    drop: async () => {},
    seal: async ({ labels }) => ({
      labels: { ...labels, author: ME.person, ownerOrg: ME.organisation },
      header: new Uint8Array(8),
      payload: new Blob([new Uint8Array(64)]),
      payloadDigest: 'AA',
      recipients: ['p-okafor', 'p-lindqvist'],
    }),
    open: opened,
    confirmWitnessed: async () => 'witnessed',
    releaseChallenge: async () => new Uint8Array(32),
    ...over,
  } as Core;
}

export const fakeDesk = (over: Partial<Core> = {}, me: Me = ME): Desk => new Desk(fakeCore(over), me);

export type Answer = (body: unknown, path: string) => unknown;

/** Refuses as the server does. */
export class Refusal {
  readonly status: number;
  readonly error: {
    readonly code: string;
    readonly message: string;
    readonly lines?: string[];
    readonly next?: string[];
  };

  constructor(status: number, code: string, more: { readonly lines?: string[]; readonly next?: string[] } = {}) {
    this.status = status;
    this.error = { code, message: code.toLowerCase(), ...more };
  }
}

/**
 * Stands in for the server, under `fetch` and under XMLHttpRequest. `null` is a network that is down.
 *
 * @returns what was asked, and a function that puts the real ones back
 */
export function fakeServer(answers: Readonly<Record<string, Answer | null>>): {
  readonly asked: { path: string; body: unknown }[];
  restore(): void;
} {
  const asked: { path: string; body: unknown }[] = [];
  const real = { fetch: globalThis.fetch, XMLHttpRequest: globalThis.XMLHttpRequest };
  const usual: Record<string, Answer | null> = {
    '/api/directory': () => ({}),
    '/api/inbox': () => ({ items: [ROW], now: new Date().toISOString() }) satisfies Inbox,
    '/open': () => ANSWER,
    '/payload': () => ({}),
    '/checkpoint': () => ({ checkpoint: '', path: [] }),
    ...answers,
  };
  const answer = (path: string, body: unknown): Response => {
    asked.push({ path, body });
    const key = Object.keys(usual).findLast((part) => path.split('?')[0]!.endsWith(part));
    const found = key === undefined ? () => new Refusal(404, 'NOT_FOUND') : usual[key]!;
    if (found === null) throw new TypeError('network is down');
    const value = found(body, path);
    if (value instanceof Refusal) return Response.json({ error: value.error }, { status: value.status });
    return Response.json(value);
  };
  globalThis.fetch = async (path, init) => {
    if (!String(path).startsWith('/api/')) return real.fetch(path, init);
    return answer(String(path), init?.body === null || init?.body === undefined ? null : JSON.parse(String(init.body)));
  };
  class FakeRequest {
    readonly upload = new EventTarget() as EventTarget & { onprogress?: (event: { loaded: number }) => void };
    status = 0;
    responseText = '';
    onload: (() => void) | null = null;
    onerror: (() => void) | null = null;
    onloadend: (() => void) | null = null;
    #path = '';
    open(_method: string, path: string): void {
      this.#path = path;
    }
    setRequestHeader(): void {}
    abort(): void {}
    send(body: Blob): void {
      void (async () => {
        await Promise.resolve();
        try {
          const response = answer(this.#path, body.size);
          this.status = response.status;
          this.responseText = await response.text();
          this.upload.onprogress?.({ loaded: body.size });
          this.onload?.();
        } catch {
          this.onerror?.();
        }
        this.onloadend?.();
      })();
    }
  }
  globalThis.XMLHttpRequest = FakeRequest as unknown as typeof XMLHttpRequest;
  return { asked, restore: () => Object.assign(globalThis, real) };
}

/** Waits for what a page is about to show. */
export const until = (seen: () => unknown): Promise<void> =>
  expect
    .poll(seen, { timeout: 5000 })
    .toBeTruthy()
    .then(() => {});
