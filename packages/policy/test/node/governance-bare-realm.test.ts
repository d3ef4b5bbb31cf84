import { bareRealm } from '@wardseal/testkit/node';
import { expect, test } from 'vitest';
import vectors from '../../vectors/approvals.json' with { type: 'json' };
import { draft, GUARDIANS, okoro, packOf, shah, signedBy } from '../support/governance.js';

const built = (name: string): URL => new URL(`../../dist/governance/${name}.js`, import.meta.url);

test('a signed pack is believed or refused where there is the language and nothing else', async () => {
  const input = { file: vectors.file, options: vectors.options };
  const answers = await bareRealm<typeof import('../../src/governance/verify-pack.js')>(
    built('verify-pack'),
    async (api, given: { file: typeof vectors.file; options: never }) => {
      const { digest } = await api.verifyPack(JSON.stringify(given.file), given.options);
      const code = await api.verifyPack({ ...given.file, title: 'Another' }, given.options).then(
        () => 'accepted',
        (error: { code: string }) => error.code,
      );
      return [digest, code];
    },
    { input },
  );
  expect(answers).toEqual([vectors.digest, 'APPROVAL_INVALID']);
});

test('so is a whole life of a policy', async () => {
  const approvals = await Promise.all([shah, okoro].map((each) => signedBy(packOf(1), each)));
  const input = { document: draft(1), digest: packOf(1).digest, approvals, guardians: GUARDIANS };
  const types = await bareRealm<typeof import('../../src/governance/index.js')>(
    built('index'),
    async (api, { document, digest, approvals: given, guardians }: typeof input) => {
      const at = '2026-03-02T09:00:00Z';
      const first = api.propose(api.newRegister('sample'), {
        pack: { document, digest },
        by: 'p-a',
        at,
        reason: 'Why',
      });
      let { register, events } = first;
      for (const approval of given) {
        const next = await api.approve(register, { version: 1, approval, guardians });
        register = next.register;
        events = [...events, ...next.events];
      }
      const active = await api.activate(register, { version: 1, by: 'p-a', at, guardians });
      await api.signPack(active.register, { guardians });
      const who = { by: 'p-a', secondApprover: 'p-b' };
      const gone = api.withdraw(active.register, { version: 1, ...who, at, reason: 'Why' });
      return [...events, ...active.events, ...gone.events].map((event) => api.toAuditFields(event).evidence.kind);
    },
    { input },
  );
  expect(types).toEqual(['policy.propose', 'policy.approve', 'policy.approve', 'policy.activate', 'policy.withdraw']);
});
