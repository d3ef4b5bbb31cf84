import type { Outcome } from '../report/finding.js';
import type { Verdict } from '../score-candidates.js';
import type { NullHistogram } from '../statistics.js';
import type { Layer } from '../version.js';

/** Name and version of the format. */
export const RECORD_FORMAT = 'wardseal.org/evidence-record/v0';
/** Longest record, in UTF-16 units: every limit below at its most stays under it. */
export const MAX_RECORD = 4_194_304;
/** Most hits and most pairs of frames in one record: far above any honest trace. */
export const MAX_ROWS = 10_000;
/** Most versions that a record lists. */
export const MAX_VERSIONS = 50;

/** A program or library, and which version of it ran. */
export interface Version {
  readonly name: string;
  readonly version: string;
}

/** A viewing that is named, or consistent. Nobody else's score stands in a record. */
export interface RecordHit {
  readonly id: string;
  /** To two decimals. */
  readonly z: number;
  /** Both to one digit, never rounded down. */
  readonly p: number;
  readonly pCorrected: number;
  readonly verdict: Exclude<Verdict, 'none'>;
  /** Round of scoring that gave the score. */
  readonly round: number;
}

/** Where the copy lies on the original; `homography` to eight digits, correlations and overlap to four decimals. */
export type RecordRegistration =
  | { readonly status: 'failed'; readonly tried: readonly RecordStep[] }
  | {
      readonly status: 'registered';
      readonly tried: readonly RecordStep[];
      /** Of pictures; of videos null. */
      readonly method: string | null;
      /** Of videos: whether one map serves all frames; of pictures null. */
      readonly steady: boolean | null;
      readonly homography: readonly number[];
      readonly mirrored: boolean;
      readonly correlation: number;
      readonly overlap: number;
    };

export interface RecordStep {
  readonly method: string;
  readonly correlation: number | null;
}

/** Of a video; times in seconds. */
export interface RecordVideo {
  readonly timeline:
    | { readonly status: 'failed' }
    | {
        readonly status: 'found';
        readonly pieces: readonly {
          readonly from: number;
          readonly to: number;
          readonly originalFrom: number;
          readonly originalTo: number;
        }[];
      };
  readonly frames: {
    readonly suspect: number;
    readonly original: number;
    readonly used: readonly { readonly suspect: number; readonly original: number; readonly correlation: number }[];
  };
}

/** All that somebody else needs to repeat a trace and to tell whether the same comes out. docs/spec/evidence-record.md. */
export interface EvidenceRecord {
  readonly format: typeof RECORD_FORMAT;
  /** UTC. */
  readonly madeAt: string;
  readonly imageId: string | null;
  readonly organisation: string | null;
  readonly reference: string | null;
  readonly program: Version;
  /** What else had a part in it: the engine, what decoded the files. By name. */
  readonly runtime: readonly Version[];
  readonly algorithm: string;
  readonly mark: string;
  readonly layer: Layer;
  readonly parameters: {
    readonly decoys: number;
    readonly corners: readonly (readonly [number, number])[] | null;
    readonly budgetMs: number | null;
  };
  /** Corrected p below which a viewing is named, and consistent. */
  readonly limits: { readonly match: number; readonly consistent: number };
  /** SHA-256 of samples and files, hexadecimal. */
  readonly inputs: {
    readonly suspect: string;
    readonly original: string;
    readonly suspectFile: string | null;
    readonly originalFile: string | null;
    readonly problems: readonly string[];
  };
  readonly candidates: { readonly count: number; readonly digest: string };
  /** Says which image key was used, and nothing of it. */
  readonly keyCommitment: string;
  /** Where controls come from; every other random choice is fixed in the program. */
  readonly seeds: { readonly decoys: string };
  readonly registration: RecordRegistration;
  readonly video: RecordVideo | null;
  readonly presence: { readonly z: number; readonly p: number } | null;
  readonly controls: NullHistogram | null;
  readonly geometries: number;
  readonly rounds: number;
  readonly outcome: Outcome;
  readonly hits: readonly RecordHit[];
}

/** A record as it is stored. */
export interface WrittenRecord {
  readonly record: EvidenceRecord;
  /** The file: canonical JSON and a line feed. */
  readonly text: string;
  /** SHA-256 of the file, hexadecimal: `sha256sum` says the same. */
  readonly digest: string;
}
