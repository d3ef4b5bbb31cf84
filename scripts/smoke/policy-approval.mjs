import { readFileSync } from 'node:fs';

const { file, options } = JSON.parse(
  readFileSync(new URL('../../packages/policy/vectors/approvals.json', import.meta.url), 'utf8'),
);

/** A policy as two guardians signed it, and the same with another title. */
export async function smoke({ verifyPack }) {
  const { document } = await verifyPack(file, options);
  const refused = await verifyPack({ ...file, title: 'Another' }, options).then(
    () => false,
    ({ code }) => code === 'APPROVAL_INVALID',
  );
  return refused && document.id === options.id;
}
