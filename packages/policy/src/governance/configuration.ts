import type { Proof } from '../analyse/prove.js';
import type { Pack, PolicyDocument } from '../document.js';
import type { AcknowledgementReport } from './acknowledgement-report.js';
import type { Assessment, DecidedAssessment } from './assessment.js';
import { type ChannelStanding, channelStatus, decided } from './channel-status.js';
import { checkRegister } from './check-register.js';
import { presentOf } from './moments.js';
import { checkProcessingForm, type ProcessingForm } from './processing-form.js';
import { bounded } from './records.js';
import type { Register } from './register.js';
import { HIGH_RISK_SCORE } from './risk.js';

/** Most channels of one paper. */
export const MAX_CHANNELS = 1_000;

/** What is running, and what people have said about it. What is left out is not claimed. */
export interface PaperInput {
  /** The policy that the decision point runs. */
  readonly pack: Pack;
  /** Milliseconds since 1970, as of `Date.now()`. */
  readonly now: number;
  /** Says whether the policy is in force, since when and who approved it. */
  readonly register?: Register;
  readonly assessments?: readonly Assessment[];
  /** Ids of the channels in use, assessed or not. */
  readonly channels?: readonly string[];
  /** From `proveInvariants(pack)` or `analyse(pack).prove()`: without it no invariant is said to be proved. */
  readonly proofs?: readonly Proof[];
  readonly acknowledgements?: AcknowledgementReport;
  readonly form?: ProcessingForm;
  /** The score from which a risk is high; default 15. */
  readonly highRisk?: number;
}

/** The input, checked, with what follows from it. */
export interface Configuration {
  readonly document: PolicyDocument;
  readonly digest: string;
  readonly now: number;
  readonly register: Register | null;
  /** The version of each assessment that counts. */
  readonly decided: readonly DecidedAssessment[];
  readonly channels: readonly { readonly id: string; readonly standing: ChannelStanding }[];
  readonly proofs: readonly Proof[] | null;
  readonly acknowledgements: AcknowledgementReport | null;
  readonly form: ProcessingForm;
  readonly highRisk: number;
}

export function configurationOf(input: PaperInput): Configuration {
  const { pack, register, assessments = [], channels = [], proofs, acknowledgements } = input;
  const now = presentOf(input.now);
  if (register !== undefined) checkRegister(register);
  const counting = [...decided(assessments, now).values()];
  const ids = new Set([...counting.map(({ channel }) => channel.id), ...bounded(channels, MAX_CHANNELS, '/channels')]);
  return {
    document: pack.document,
    digest: pack.digest,
    now,
    register: register ?? null,
    decided: counting,
    channels: [...ids].sort().map((id) => ({ id, standing: channelStatus(assessments, id, now) })),
    proofs: proofs ?? null,
    acknowledgements: acknowledgements ?? null,
    form: checkProcessingForm(input.form ?? {}),
    highRisk: input.highRisk ?? HIGH_RISK_SCORE,
  };
}

/** Where a statement about the policy as a whole comes from. */
export function policySource({ document }: Configuration): string {
  return `policy ${document.id} version ${document.version}`;
}

export function assessmentSource({ id, version }: Pick<DecidedAssessment, 'id' | 'version'>): string {
  return `assessment ${id} version ${version}`;
}
