/** A policy of one rule, and the two answers it has. */
export async function smoke({ createPdp, loadPolicy }) {
  const pack = loadPolicy({
    format: 'policy/0',
    id: 'smoke',
    version: 1,
    title: 'Smoke',
    status: 'draft',
    actions: ['view'],
    attributes: { 'subject.role': { type: 'enum', values: ['nurse', 'porter'], source: 'directory' } },
    parameters: {},
    sources: {},
    rules: [
      {
        id: 'P-01',
        title: 'Nurses may view',
        rationale: 'Smoke',
        source: 'Smoke',
        effect: 'permit',
        basis: 'standing',
        actions: ['view'],
        when: { 'subject.role': 'nurse' },
      },
    ],
    invariants: [],
    tests: [],
  });
  const pdp = createPdp(pack, { clock: { now: () => 1_772_355_600_000 } });
  const ask = (role) =>
    pdp.evaluate({ subject: { role }, action: { name: 'view' }, resource: {}, context: {} }).decision;
  return ask('nurse') === true && ask('porter') === false;
}
