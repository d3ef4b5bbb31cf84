import type { Scale } from './risk.js';

/** One way that data take through the app. */
export interface DataFlow {
  readonly from: string;
  readonly to: string;
  /** What travels, such as "wound photos". */
  readonly data: readonly string[];
  /** How it travels and where it is kept. */
  readonly means: string;
  /** Where, if not in the UK. */
  readonly country?: string;
}

/** A risk to the people concerned, before and after what is done about it. */
export interface AssessedRisk extends Scale {
  readonly id: string;
  readonly title: string;
  readonly mitigations: readonly string[];
  readonly residual: Scale;
}

/** What the data protection officer said. Advice that is not followed needs the reason. */
export interface DpoAdvice {
  readonly by: string;
  readonly at: string;
  readonly text: string;
  readonly followed: boolean;
  readonly reason?: string;
}

/** Something that must be so for the decision to stand. */
export interface AssessmentCondition {
  readonly title: string;
  /** By when; at once if absent. */
  readonly dueBy?: string;
}

/** What was decided about an app, by somebody else than who assessed it. */
export interface AssessmentDecision {
  readonly decision: 'approve' | 'conditional' | 'reject';
  readonly approvedBy: string;
  /** When it was decided. */
  readonly at: string;
  readonly reviewBy: string;
}

interface AssessedApp {
  readonly format: 'app-assessment/0';
  readonly id: string;
  readonly version: number;
  readonly channel: { readonly id: string; readonly title: string; readonly owner: string };
  /** What the app is used for. */
  readonly purpose: string;
  readonly dataFlows: readonly DataFlow[];
  readonly risks: readonly AssessedRisk[];
  readonly dpoAdvice?: DpoAdvice;
  readonly assessedBy: string;
  readonly assessedAt: string;
  readonly conditions: readonly AssessmentCondition[];
}

/** A version that somebody decided on. */
export type DecidedAssessment = AssessedApp & AssessmentDecision;

/** The assessment of an app or channel, format `app-assessment/0`. A draft has no decision yet. Times are RFC 3339, UTC. */
export type Assessment = DecidedAssessment | (AssessedApp & { readonly [K in keyof AssessmentDecision]?: never });
