/**
 * Everything the report shows, as plain values: the demo fills it, the report computes nothing but words.
 * Texts are shown as they are given, escaped; none may hold a patient's identifier.
 */
export interface ReportData {
  /** RFC 3339, UTC. */
  readonly ranAt: string;
  /** Programs that ran, such as `wardseal 0.0.0` and `Node 26.10.0`. */
  readonly ranWith: readonly string[];
  readonly people: readonly ReportPerson[];
  readonly steps: readonly ReportStep[];
  readonly photograph: ReportPhotograph;
  readonly pictures: readonly ReportPicture[];
  /** Peak signal-to-noise ratio of the marked picture, in decibels; Infinity when it could carry no mark. */
  readonly psnr: number;
  readonly sealed: ReportSealed;
  readonly decision: ReportDecision;
  readonly log: ReportLog;
  /** Null when the leaked copy could not be laid on the original: then nobody is named. */
  readonly trace: ReportTrace | null;
  readonly link: ReportLink;
  readonly tamper: readonly ReportTamper[];
  /** Left out when recovery was not part of the run. */
  readonly recovery?: ReportRecovery;
  readonly files: readonly ReportFile[];
}

/** Somebody invented. */
export interface ReportPerson {
  readonly name: string;
  readonly role: string;
  readonly organisation: string;
  /** What this person does in the story: `takes and sends the photograph`. */
  readonly part: string;
}

export interface ReportStep {
  readonly title: string;
  readonly result: string;
  readonly ms: number;
}

export interface ReportPhotograph {
  /** What it is, such as `the sample retina photograph` or `a photograph you chose`; never a file name. */
  readonly description: string;
  /** Licence line, for a sample photograph. */
  readonly licence?: string;
  readonly width: number;
  readonly height: number;
  readonly route: 'rebuilt' | 'encoded';
  /** Kinds of metadata removed. */
  readonly removed: readonly string[];
}

/** A picture to look at: a preview, at most about 1,000 pixels a side, or the report becomes very large. */
export interface ReportPicture {
  readonly title: string;
  readonly caption: string;
  /** What somebody who cannot see it must know. */
  readonly alt: string;
  readonly mediaType: 'image/jpeg' | 'image/png';
  readonly bytes: Uint8Array;
  readonly width: number;
  readonly height: number;
}

export interface ReportSealed {
  /** Whom the file is sealed to, as people read it. */
  readonly recipients: readonly string[];
  /** Such as `X25519 and ML-KEM-768 (post-quantum)`. */
  readonly protection: string;
  /** Size of the sealed file. */
  readonly bytes: number;
}

export interface ReportDecision {
  readonly permitted: boolean;
  readonly headline: string;
  /** Plain sentences. */
  readonly lines: readonly string[];
  /** What the permission comes with, each in words. */
  readonly obligations: readonly string[];
  readonly policy: { readonly id: string; readonly version: number; readonly digest: string };
  readonly evaluatedAt: string | null;
}

export interface ReportLog {
  /** Place of the viewing's entry, from 0. */
  readonly index: number;
  /** Such as `image.view`. */
  readonly type: string;
  readonly size: number;
  /** Root of the tree in base64, as the checkpoint has it. */
  readonly root: string;
  /** The signed note, whole. */
  readonly checkpoint: string;
  /** What the viewer's receipt was checked for, in words. */
  readonly receiptChecks: readonly string[];
  /** Name of the proof's file in the output folder. */
  readonly proofFile: string;
  /** A command that checks the log, for whoever has the output folder and the workspace. */
  readonly command: string;
  /** What `wardseal-audit verify` found, in a few words: `good: 7 entries and 3 tiles`. */
  readonly verified: string;
}

export interface ReportTrace {
  readonly verdict: 'match' | 'consistent' | 'none';
  /** Id of the best viewing. */
  readonly viewing: string;
  /** Whose viewing the log says that was. */
  readonly person: string;
  readonly at: string;
  readonly z: number;
  /** Corrected for every candidate and geometry. */
  readonly p: number;
  readonly candidates: number;
  /** How many of them never took place. */
  readonly invented: number;
  /** Best score of any other viewing; null when there was no other. */
  readonly runnerUp: number | null;
  readonly nullScores: ReportHistogram;
  /** How the leaked copy was made. */
  readonly attack: string;
}

export interface ReportHistogram {
  readonly decoys: number;
  /** Left edge of the first bin, and the width of every bin, in z. */
  readonly from: number;
  readonly step: number;
  readonly counts: readonly number[];
  readonly highest: number;
}

export interface ReportLink {
  /** Goes on after `For`: `a colleague without an account, for a referral`. */
  readonly purpose: string;
  /** Results are whole sentences. */
  readonly first: { readonly at: string; readonly result: string };
  readonly second: { readonly at: string; readonly code: string; readonly result: string };
}

/** One byte changed on purpose, and what noticed. */
export interface ReportTamper {
  readonly what: string;
  readonly noticed: boolean;
  readonly code: string;
  /** A whole sentence. */
  readonly result: string;
}

export interface ReportRecovery {
  readonly needed: number;
  readonly seats: number;
  /** Names of the guardians who took part. */
  readonly used: readonly string[];
  readonly result: string;
}

export interface ReportFile {
  /** Path inside the output folder. */
  readonly path: string;
  readonly what: string;
  readonly bytes: number;
  /** Hexadecimal. */
  readonly sha256: string;
}
