import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { nodeHandler } from '@wardseal/primitives/node-handler';
import { SHL, SHLInvalidPasscodeError, SHLManifestNotFoundError, SHLViewer } from 'kill-the-clipboard';
import { afterEach, expect, test } from 'vitest';
import { SHLINK_LABEL, type ShlinkPart } from '../../src/shlink.js';
import { markFor, PASSCODE, RECIPIENT, type Shlinks, shlinks } from '../support/shlinks.js';

const closing: (() => void)[] = [];
afterEach(() => {
  for (const close of closing.splice(0)) close();
});

/** A service on a port of loopback, asked by a client that knows nothing of this package. */
async function service(): Promise<Shlinks & { origin: string }> {
  let part: ShlinkPart = () => Promise.reject(new Error('not ready'));
  const server = createServer(nodeHandler((request) => part(request)));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closing.push(() => server.close().closeAllConnections());
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  // The client looks at the real clock.
  const here = await shlinks({ origins: [origin], clock: () => Math.floor(Date.now() / 1000) });
  part = here.part;
  return Object.assign(here, { origin });
}

const open = (uri: string, passcode?: string) =>
  new SHLViewer({ shlinkURI: uri }).resolveSHL({ recipient: RECIPIENT, ...(passcode !== undefined && { passcode }) });

const later = (): number => Math.floor(Date.now() / 1000) + 3600;

test.each([false, true])('a stranger’s client opens our link, deflated: %s', async (compress) => {
  const here = await service();
  const prepared = await here.issuer.prepare();
  const link = await here.share({ prepared, origin: here.origin, expires: later(), compress });
  const { fhirResources, manifest } = await open(link.uri);
  expect(fhirResources).toHaveLength(1);
  expect(manifest?.files[0]?.contentType).toBe('application/fhir+json');
  const { data } = fhirResources[0] as unknown as { data: string };
  expect(new Uint8Array(Buffer.from(data, 'base64'))).toEqual(markFor(prepared.cti));
  expect(SHL.parse(link.uri).label).toBe(SHLINK_LABEL);
  expect(await here.used(link)).toBe(1);
});

test('with a passcode, which it asks its user for', async () => {
  const here = await service();
  const link = await here.share({ origin: here.origin, expires: later(), binding: 'passcode', passcode: PASSCODE });
  expect(SHL.parse(link.uri).requiresPasscode).toBe(true);
  await expect(open(link.uri)).rejects.toThrow(SHLInvalidPasscodeError);
  await expect(open(link.uri, 'wrong-one')).rejects.toThrow(SHLInvalidPasscodeError);
  expect((await open(link.uri, PASSCODE)).fhirResources).toHaveLength(1);
  expect((await here.issuer.inspect(link.handle)).failures).toBe(1);
});

test('40 clients at once on a link for 3: exactly 3 open it, after previews that spent nothing', async () => {
  const here = await service();
  const link = await here.share({ origin: here.origin, expires: later(), maxUses: 3 });
  const { url } = SHL.parse(link.uri);
  for (let i = 0; i < 50; i++)
    for (const method of ['GET', 'HEAD', 'OPTIONS']) await (await fetch(url, { method })).arrayBuffer();
  expect(await here.used(link)).toBe(0);

  const opened = await Promise.allSettled(Array.from({ length: 40 }, () => open(link.uri)));
  const refused = opened.filter((one) => one.status === 'rejected').map(({ reason }) => reason as Error);
  expect(opened.length - refused.length).toBe(3);
  expect(refused.every((error) => error instanceof SHLManifestNotFoundError)).toBe(true);
  expect(here.logged.filter(({ type }) => type === 'shlink.disclose')).toHaveLength(3);
  expect(here.events).toHaveLength(3);
});

test('60 clients at once with wrong passcodes, limit 5: 5 are evaluated and told 4 to 0, and the right one comes too late', async () => {
  const here = await service();
  const link = await here.share({ origin: here.origin, expires: later(), binding: 'passcode', passcode: PASSCODE });
  const { url } = SHL.parse(link.uri);
  const ask = (passcode: string) =>
    fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ recipient: RECIPIENT, passcode }),
    });
  const answers = await Promise.all(Array.from({ length: 60 }, (_, i) => ask(`wrong-${100 + i}`)));
  const told = await Promise.all(answers.filter(({ status }) => status === 401).map((one) => one.json()));
  expect(told.map((one) => (one as { remainingAttempts: number }).remainingAttempts).toSorted()).toEqual([
    0, 1, 2, 3, 4,
  ]);
  expect(answers.filter(({ status }) => status === 404)).toHaveLength(55);
  await expect(open(link.uri, PASSCODE)).rejects.toThrow(SHLManifestNotFoundError);
  expect((await here.issuer.inspect(link.handle)).state).toBe('locked');
});

test('revoked is gone at once, for a client that opened it before as well', async () => {
  const here = await service();
  const link = await here.share({ origin: here.origin, expires: later(), maxUses: 5 });
  await open(link.uri);
  await here.issuer.revoke({ id: link.id });
  await expect(open(link.uri)).rejects.toThrow(SHLManifestNotFoundError);
  expect(await here.options.store.get(link.id)).not.toBeNull();
  expect(await here.shares.get((await here.issuer.inspect(link.handle)).claims!.cti)).toBeNull();
});
