import { leafHash } from '@wardseal/primitives';
import { factsOf } from '../export/facts.js';
import { OWN } from '../export/fhir-codes.js';
import { r4 } from '../export/fhir-r4.js';
import { r5 } from '../export/fhir-r5.js';
import { checkOptions } from '../export/options.js';
import { decodeLeaf } from '../leaf.js';
import type { OpenedEntry } from '../opened-entry.js';
import type { ActorSide } from '../sides.js';
import { parseProof } from '../tlog-proof.js';
import type { RenderOptions } from './render-options.js';
import type { Report, Row } from './row.js';

/**
 * A report as a FHIR collection Bundle: one AuditEvent a row, and an OperationOutcome with what to know about it. A row
 * tells no more than the report shows: where the person is withheld, so it is here. Throws RangeError without
 * `options.fhir`, and for a row that has no proof, because the resource is made of the entry in it.
 */
export function renderFhir(report: Report, { fhir, proofs = true, reference }: RenderOptions): string {
  if (!fhir) throw new RangeError('fhir must say which system exports');
  const { source, version = 'R4', patient } = fhir;
  const entries = report.rows.map((row) => {
    const options = checkOptions({ origin: row.origin, source, nameOf: () => nameIn(row) });
    const facts = { ...factsOf(entryOf(row), options), patient: patient ?? null };
    const shown = row.actor && 'id' in row.actor ? facts : { ...facts, actor: null, actorSide: 'closed' as const };
    const resource = version === 'R5' ? r5(shown, options) : r4(shown, options);
    return { fullUrl: `urn:uuid:${facts.id}`, resource: proofs ? withProof(resource, row) : resource };
  });
  const about = { resource: outcomeOf(report, reference) };
  return `${JSON.stringify({ resourceType: 'Bundle', type: 'collection', timestamp: report.madeAt, entry: [about, ...entries] }, null, 2)}\n`;
}

function nameIn({ actor }: Row): string | null {
  return actor && 'id' in actor ? (actor.name ?? null) : null;
}

/** The entry as far as the row shows it: the leaf from the proof, of the actor's compartment what the row says. */
function entryOf(row: Row): OpenedEntry {
  if (row.proof === undefined) throw new RangeError('a row without proof cannot become an AuditEvent');
  const { index, leaf: bytes } = parseProof(row.proof);
  const leaf = decodeLeaf(bytes);
  return { index, bytes, leafHash: leafHash(bytes), leaf, actor: sideOf(row), opening: null, subject: null };
}

function sideOf({ actor, occurredAt, object, reason }: Row): ActorSide | null {
  if (occurredAt === undefined) return null;
  const role = actor?.role;
  return {
    occurredAt: Date.parse(occurredAt),
    actor: {
      id: actor && 'id' in actor ? actor.id : '',
      kind: actor?.kind ?? 'practitioner',
      ...(role !== undefined && { role }),
    },
    ...(object && { object }),
    ...(reason !== undefined && { reason }),
  };
}

function withProof(resource: object, { proof }: Row): object {
  const { extension = [] } = resource as { extension?: readonly object[] };
  return { ...resource, extension: [...extension, { url: `${OWN}/tlog-proof`, valueString: proof }] };
}

function outcomeOf({ log, notes, completeness }: Report, reference: string | undefined): object {
  const issue = (severity: string, diagnostics: string): object => ({ severity, code: 'informational', diagnostics });
  const alone = log.filter(({ unwitnessed }) => unwitnessed);
  return {
    resourceType: 'OperationOutcome',
    issue: [
      ...alone.map(({ origin }) => issue('warning', `unwitnessed: nobody outside has confirmed the log ${origin}`)),
      issue(
        'information',
        `searched ${completeness.entries} entries by ${completeness.searched}, found ${completeness.matching}`,
      ),
      ...notes.map((note) => issue('information', note)),
      ...(reference === undefined ? [] : [issue('information', `reference ${reference}`)]),
    ],
  };
}
