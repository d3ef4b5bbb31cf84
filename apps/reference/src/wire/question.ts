import type { ItemLabels } from './labels.js';

/** Roles and actions are the words of the policy pack; a word it does not know is refused there. */
export interface SubjectFacts {
  readonly id: string;
  readonly org: string;
  readonly role: string;
  readonly status: 'active' | 'suspended' | 'left';
  readonly teams: readonly string[];
  readonly onDutyTeams: readonly string[];
  readonly assurance: number;
  readonly authenticatedAt: string;
  readonly unlockedAt: string | 'none';
  readonly acknowledgedVersion: number | 'none';
}

export interface ActionFacts {
  readonly name: string;
  readonly lifetimeSeconds?: number;
  readonly maxViews?: number;
}

/** The labels, and what became of the item since. Before it is sent there is only the first. */
export interface ResourceFacts {
  readonly labels: Omit<ItemLabels, 'about'> & { readonly about?: string };
  readonly state?: 'active' | 'filed' | 'closed' | 'expired' | 'recalled' | 'withdrawn' | 'erased';
  readonly sentAt?: string;
  readonly withdrawnLevels?: readonly string[];
  readonly hold?: 'none' | 'legal' | 'inquiry' | 'incident';
}

export interface Relationship {
  readonly kind: 'recipient' | 'team' | 'on-duty' | 'referral' | 'none';
  readonly from: string | 'none';
  readonly until: string | 'none';
}

export interface RecipientFacts {
  readonly id: string;
  readonly org: string;
  readonly verified: boolean;
  readonly teams: readonly string[];
  readonly status: 'active' | 'suspended' | 'left';
}

export interface ContextFacts {
  readonly purpose: string;
  readonly policyVersion: number;
  readonly relationship?: Relationship;
  readonly justification?: string;
  readonly secondApprover?: string;
  readonly recipients?: readonly RecipientFacts[];
  readonly device?: 'managed' | 'personal' | 'shared' | 'unknown';
  readonly network?: 'organisation' | 'hscn' | 'internet';
  readonly channel?: 'approved' | 'conditional' | 'unassessed' | 'rejected';
  readonly policyOverdue?: boolean;
}

export interface QuestionFacts {
  /** Null: nobody is signed in, as when a link is opened. */
  readonly subject: SubjectFacts | null;
  readonly action: ActionFacts;
  readonly resource: ResourceFacts;
  readonly context: ContextFacts;
}

/** What a decision point of `@wardseal/policy` is asked. */
export interface Question {
  readonly subject: Readonly<Record<string, unknown>>;
  readonly action: { readonly name: string; readonly [fact: string]: unknown };
  readonly resource: Readonly<Record<string, unknown>>;
  readonly context: Readonly<Record<string, unknown>>;
}

const NO_RELATIONSHIP: Relationship = { kind: 'none', from: 'none', until: 'none' };

/**
 * The question to the policy in its vocabulary. What nobody said is the answer that permits least: a device nobody knows, on
 * the internet, at no place; nothing here leaves a fact out, since a missing fact decides nothing.
 */
export function questionOf({ subject, action, resource, context }: QuestionFacts): Question {
  const { about: _, ...labels } = resource.labels;
  return {
    // Neither training nor terms of outsiders are kept by this app yet: both as the vocabulary says "none".
    subject: subject === null ? {} : { ...subject, trainedUntil: 'none', outsider: 'none' },
    action: { lifetimeSeconds: 'none', maxViews: 'none', ...action },
    resource: {
      ...labels,
      withdrawnLevels: resource.withdrawnLevels ?? [],
      hold: resource.hold ?? 'none',
      state: resource.state ?? 'active',
      sentAt: resource.sentAt ?? 'none',
    },
    context: {
      purpose: context.purpose,
      relationship: context.relationship ?? NO_RELATIONSHIP,
      justification: context.justification ?? 'none',
      secondApprover: context.secondApprover ?? 'none',
      recipients: context.recipients ?? 'none',
      device: context.device ?? 'unknown',
      network: context.network ?? 'internet',
      place: 'none',
      country: 'none',
      channel: { status: context.channel ?? 'unassessed' },
      policyVersion: context.policyVersion,
      policyOverdue: context.policyOverdue ?? false,
      ownRecord: 'none',
    },
  };
}
