import type { Facts } from './facts.js';
import { r4 } from './fhir-r4.js';
import type { ExportOptions } from './options.js';
import { instant, type JsonObject, type JsonValue, tidy } from './text.js';

const SEVERITIES = { 1: 'informational', 2: 'notice', 3: 'warning', 4: 'critical' } as const;
const ISSUES = {
  success: ['success', 'Operation Successful'],
  minor: ['warning', 'Warning'],
  serious: ['error', 'Error'],
  major: ['fatal', 'Fatal'],
} as const;

/**
 * An AuditEvent of FHIR R5 (5.0.0): the R4 one, moved to where R5 keeps each part. BALP has no R5 edition, so no
 * profile is claimed. R5 has no entity.type, entity.description and agent.name: kinds stay in the references' types.
 */
export function r5(facts: Facts, options: ExportOptions): JsonObject {
  const old = r4(facts, options) as unknown as R4;
  const patient = old.entity.find(({ role }) => role?.code === '1')?.what;
  const [own] = old.subtype.filter(({ code }) => code === facts.type);
  return tidy({
    resourceType: 'AuditEvent',
    id: facts.id,
    meta: { tag: old.meta.tag },
    extension: old.extension,
    category: [
      { coding: [old.type] },
      ...old.subtype.filter((code) => code !== own).map((code) => ({ coding: [code] })),
    ],
    code: { coding: [own ?? old.meta.tag.at(-1)!], text: facts.mapping.text },
    action: old.action,
    severity: SEVERITIES[facts.severity],
    occurredDateTime: facts.occurredAt && instant(facts.occurredAt),
    recorded: old.recorded,
    outcome: outcomeOf(facts, old.outcomeDesc),
    authorization: old.purposeOfEvent,
    patient,
    agent: old.agent.map(({ type, role, who, requestor, network, purposeOfUse }) => ({
      type,
      role,
      who,
      requestor,
      networkUri: network?.type === '5' ? network.address : undefined,
      networkString: network?.type === '2' ? network.address : undefined,
      authorization: purposeOfUse,
    })),
    source: {
      site: old.source.site && { display: old.source.site },
      observer: old.source.observer,
      type: old.source.type.map((code) => ({ coding: [code] })),
    },
    entity: old.entity.map(({ what, role, _query, detail, description }) => ({
      what: what ?? (description && { display: description }),
      role: role && { coding: [role] },
      _query,
      detail: detail?.map(({ type, valueString }) => ({ type: { text: type }, valueString })),
    })),
  });
}

function outcomeOf({ outcome }: Facts, description: string | undefined) {
  // An intent has no outcome yet, and R5 lets the element be left out.
  if (outcome === 'intent') return undefined;
  const [code, display] = ISSUES[outcome];
  return {
    code: { system: 'http://hl7.org/fhir/issue-severity', code, display },
    detail: description ? [{ text: description }] : [],
  };
}

interface R4 {
  readonly meta: { readonly tag: readonly JsonObject[] };
  readonly extension: readonly JsonObject[];
  readonly type: JsonObject;
  readonly subtype: readonly (JsonObject & { readonly code: string })[];
  readonly action: string;
  readonly recorded: string;
  readonly outcomeDesc?: string;
  readonly purposeOfEvent?: JsonValue;
  readonly agent: readonly {
    readonly type: JsonObject;
    readonly role?: JsonValue;
    readonly who: JsonObject;
    readonly requestor: boolean;
    readonly network?: { readonly type?: string; readonly address?: string };
    readonly purposeOfUse?: JsonValue;
  }[];
  readonly source: { readonly site?: string; readonly observer: JsonObject; readonly type: readonly JsonObject[] };
  readonly entity: readonly {
    readonly what?: JsonObject;
    readonly role?: JsonObject & { readonly code: string };
    readonly description?: string;
    readonly _query?: JsonObject;
    readonly detail?: readonly { readonly type: string; readonly valueString: string }[];
  }[];
}
