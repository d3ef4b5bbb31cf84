import { ENGLISH } from './england.js';
import { rows } from './rows.js';
import type { RetentionRule } from './rule.js';

/** The code of Wales is stated to rest on England's of 2021; its own schedule was not read, so nothing here is more than believed. */
export const WALES: readonly RetentionRule[] = rows(
  'wl',
  ENGLISH.map(([type, title, period]) => [
    type,
    title,
    period,
    'believed',
    'as in England, on whose 2021 code this one rests',
  ]),
);
