import LIST from './sites.json' with { type: 'json' };

/**
 * A body site, head to foot in the list: what a clinician looks for, and the meaning it is sealed and filed as, with its SNOMED
 * CT id (DICOM PS3.16, context groups 4029 and 4; UK preferred terms are the trust's terminology server's to give).
 */
export interface Site {
  readonly name: string;
  readonly meaning: string;
  readonly snomed: string;
  /** Left and right differ: "does not apply" is no answer. */
  readonly sided: boolean;
  /** The item is sent as intimate. */
  readonly intimate: boolean;
}

export const SITES: readonly Site[] = LIST;
