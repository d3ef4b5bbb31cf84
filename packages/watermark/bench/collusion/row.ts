/** What a thread is told. */
export interface Setting {
  readonly folder: string | undefined;
  readonly seed: number;
  readonly innocents: number;
  readonly attacks: string | undefined;
}

/** Scores of viewings that had no part in a copy. */
export interface Innocents {
  readonly highest: number;
  /** How many score 4 and more. */
  readonly beyond: number;
}

/** What came of one picture and one collusion. */
export interface Row {
  readonly photo: string;
  readonly megapixels: number;
  readonly attack: string;
  /** True where people try to hide behind somebody: then no colluder has to be named. */
  readonly framing: boolean;
  readonly registered: boolean;
  readonly colluders: number;
  /** Colluders named, and those among them whom the first round had named already. */
  readonly named: number;
  readonly first: number;
  /** Scores of the colluders, highest first. */
  readonly z: readonly number[];
  /** Of each round. */
  readonly innocents: readonly Innocents[];
  /** Innocents whom either round would call a match or consistent. */
  readonly accused: number;
}
