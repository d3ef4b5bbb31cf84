/** A JSON constant that a condition compares with. */
export type Constant = string | number | boolean;

/** A value taken from the document's parameters. */
export interface ParameterRef {
  readonly parameter: string;
}

/** A value taken from another fact of the same request. */
export interface AttributeRef {
  readonly attribute: string;
}

/** Exactly one unit; whole numbers. A negative length is a tolerance towards the future. */
export type Duration =
  | { readonly seconds: number | ParameterRef }
  | { readonly minutes: number | ParameterRef }
  | { readonly hours: number | ParameterRef }
  | { readonly days: number | ParameterRef };

/** A whole number; a duration stands for its seconds. */
export type Amount = number | ParameterRef | Duration;

/** What is asked of one fact: a constant (equality), or exactly one operator. */
export type Test =
  | Constant
  | { readonly equals: Constant | ParameterRef }
  | { readonly not: Test }
  | { readonly in: readonly Constant[] }
  | { readonly atLeast: Amount }
  | { readonly atMost: Amount }
  | { readonly lessThan: Amount }
  | { readonly moreThan: Amount }
  | { readonly sameAs: string }
  | { readonly includes: Constant | AttributeRef }
  | { readonly overlaps: readonly Constant[] | AttributeRef }
  | { readonly within: readonly string[] }
  | { readonly insideFence: string }
  | { readonly olderThan: Duration }
  | { readonly notOlderThan: Duration };

/** Exactly one key: `all`, `any`, `not`, or the name of an attribute with its test. */
export type Condition =
  | { readonly all: readonly Condition[] }
  | { readonly any: readonly Condition[] }
  | { readonly not: Condition }
  | { readonly [attribute: string]: Test };

/** The type and domain of one fact. Whatever lies outside the domain counts as missing. */
export interface AttributeDeclaration {
  /**
   * `list` is an array of objects: each of its `fields` can be asked about as the set of its values. `fences` is an object
   * that says for each fence `inside`, `outside` or `uncertain`; the last counts as not known. `address` is an IP address.
   */
  readonly type: 'string' | 'enum' | 'integer' | 'boolean' | 'time' | 'text' | 'set' | 'list' | 'address' | 'fences';
  /** The only values of an enum, the only members of a set, or the names of the fences. */
  readonly values?: readonly string[];
  /** Least integer; least number of members of a set or list. */
  readonly min?: number;
  /** Greatest integer; greatest number of members of a set or list. */
  readonly max?: number;
  /** True where "there is none" is a thing one can know; written `"none"` in a request. */
  readonly none?: boolean;
  /** True where the person can change the fact: only then may a remedy speak of it. */
  readonly changeableBy?: 'user';
  /** True where the fact is only what the person declares (purpose): never a remedy. */
  readonly declaredBy?: 'user';
  readonly source: 'session' | 'directory' | 'label' | 'request' | 'server' | 'configuration' | 'custodian' | 'clock';
  readonly fields?: Readonly<Record<string, FieldDeclaration>>;
}

/** One field of the objects in a list. A `set` field stands for the members that all objects share. */
export interface FieldDeclaration {
  readonly type: 'string' | 'enum' | 'boolean' | 'set';
  readonly values?: readonly string[];
}

/** A number that a trust may change without touching a rule. */
export interface Parameter {
  readonly value: number;
  readonly min: number;
  readonly max: number;
  readonly title: string;
}

/** A feed of evidence that some rules need. Rules that require one that is not configured are not enforced. */
export interface EvidenceSource {
  readonly title: string;
  readonly configured: boolean;
}

/** A duty as a rule states it; properties by type, see the obligation table. */
export interface ObligationStatement {
  readonly type: string;
  readonly properties?: Readonly<Record<string, number | string | readonly string[] | ParameterRef | Duration>>;
}

/** How access came about, weakest claim last. */
export type Basis = 'standing' | 'on-duty' | 'referral' | 'break-glass';

interface RuleText {
  readonly id: string;
  readonly title: string;
  readonly rationale: string;
  readonly source: string;
  readonly actions: readonly string[];
  readonly when: Condition;
  /** Evidence sources without which the rule is not enforced. */
  readonly requires?: readonly string[];
}

export interface PermitRule extends RuleText {
  readonly effect: 'permit';
  readonly basis: Basis;
  readonly obligations?: readonly ObligationStatement[];
}

export interface ForbidRule extends RuleText {
  readonly effect: 'forbid';
  /** `emergency-waivable` does not apply to somebody who breaks the glass; `absolute` always does. */
  readonly strength: 'absolute' | 'emergency-waivable';
}

export type Rule = PermitRule | ForbidRule;

/** When the glass counts as broken, for which actions, and what always follows. */
export interface BreakGlass {
  readonly actions: readonly string[];
  readonly when: Condition;
  /** Must hold `notify` and `review`. */
  readonly obligations: readonly ObligationStatement[];
}

/** Something no version of the policy may allow: `never` permitted, or permitted only if it `carries` a duty. */
export type Invariant = {
  readonly id: string;
  readonly title: string;
  /** Evidence sources without which it is not claimed. */
  readonly requires?: readonly string[];
} & (
  | { readonly never: InvariantScope }
  | { readonly carries: InvariantScope & { readonly obligations: readonly ObligationStatement[] } }
);

/** For which actions and requests an invariant speaks. */
export interface InvariantScope {
  readonly actions: readonly string[];
  readonly when: Condition;
}

/** An example that travels with the policy: a request, the moment, and what must come out. */
export interface PolicyTest {
  readonly name: string;
  readonly now: string;
  readonly request: Readonly<Record<string, unknown>>;
  readonly expect: {
    readonly decision: boolean;
    readonly outcome?: Outcome;
    readonly basis?: Basis;
    /** Rules that must be among the reasons. */
    readonly rules?: readonly string[];
    /** Exactly the facts named as missing. */
    readonly missing?: readonly string[];
    /** Types that must be among the obligations. */
    readonly obligations?: readonly string[];
  };
}

export type Outcome = 'permitted' | 'forbidden' | 'not-permitted' | 'missing-information' | 'invalid-request';

/** A policy document, format `policy/0`. */
export interface PolicyDocument {
  readonly format: 'policy/0';
  readonly id: string;
  readonly version: number;
  readonly title: string;
  readonly status: 'draft' | 'approved' | 'in-force' | 'superseded' | 'withdrawn';
  readonly effectiveFrom?: string;
  readonly reviewBy?: string;
  readonly owner?: { readonly role: string };
  readonly approvals?: readonly Readonly<Record<string, string>>[];
  readonly supersedes?: { readonly version: number; readonly digest: string };
  /**
   * Whether staff must acknowledge this version anew: `required` (default) for a change that matters to what they do,
   * `informed` for one that they are only told of. Inside the digest: approved with the rest.
   */
  readonly acknowledge?: 'required' | 'informed';
  readonly actions: readonly string[];
  readonly attributes: Readonly<Record<string, AttributeDeclaration>>;
  readonly parameters: Readonly<Record<string, Parameter>>;
  readonly sources: Readonly<Record<string, EvidenceSource>>;
  readonly breakGlass?: BreakGlass;
  readonly rules: readonly Rule[];
  readonly invariants: readonly Invariant[];
  readonly tests: readonly PolicyTest[];
}

/** A checked document with its digest; made by `loadPolicy`, never changed. */
export interface Pack {
  readonly document: PolicyDocument;
  /** `sha256-` and the base64url of SHA-256 over the canonical JSON without `status` and `approvals`. */
  readonly digest: string;
}
