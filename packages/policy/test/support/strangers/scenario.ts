import type { NhsOptions } from '../../../src/packs/nhs/index.js';
import { burn, type Facts, NIGHT, people, plain } from './people.js';

/** What a clinician or an IG lead expects; `missing` is exact, duties must be among those that come. */
export interface Want {
  readonly decision: boolean;
  readonly outcome?: string;
  readonly basis?: string;
  readonly duties?: readonly string[];
  readonly not?: readonly string[];
  readonly missing?: readonly string[];
  /** Some line or next step that the person is shown. */
  readonly words?: RegExp;
  /** Nothing shown may match. */
  readonly never?: RegExp;
}
export interface Scenario {
  readonly says: string;
  readonly who: keyof typeof people;
  readonly as?: Facts;
  readonly action: string;
  readonly asks?: Facts;
  readonly item?: Facts;
  readonly about?: Facts;
  readonly at?: string;
  readonly options?: NhsOptions;
  readonly want: Want;
}

/** What changes is laid over; `undefined` takes a fact away. */
export const requestOf = ({ who, as, action, asks, item, about }: Scenario): Record<string, Facts> => ({
  subject: { ...people[who], ...as },
  action: { name: action, lifetimeSeconds: 'none', maxViews: 'none', ...asks },
  resource: { ...burn, ...item },
  context: { ...plain, ...about },
});
export const momentOf = ({ at }: Scenario): number => Date.parse(at ?? NIGHT);

/** `yes('...', who, action, facts, want)`: one line for one scenario. */
type Circumstances = Pick<Scenario, 'as' | 'asks' | 'item' | 'about' | 'at' | 'options'>;
type Told = Omit<Want, 'decision'>;
export const yes = (
  says: string,
  who: Scenario['who'],
  action: string,
  facts: Circumstances = {},
  want: Told = {},
): Scenario => ({
  says,
  who,
  action,
  ...facts,
  want: { decision: true, ...want },
});
export const no = (
  says: string,
  who: Scenario['who'],
  action: string,
  facts: Circumstances = {},
  want: Told = {},
): Scenario => ({
  says,
  who,
  action,
  ...facts,
  want: { decision: false, ...want },
});
