import { ENGLAND } from './england.js';
import { NORTHERN_IRELAND } from './northern-ireland.js';
import type { Nation, RetentionCode } from './rule.js';
import { SCOTLAND } from './scotland.js';
import { WALES } from './wales.js';

const code = (nation: Nation, prefix: string, codeVersion: string, rules: RetentionCode['rules']): RetentionCode =>
  Object.freeze({ nation, prefix, codeVersion, rules });

/** The tables, by nation. A trust confirms or overrides each figure before it relies on it. */
export const RETENTION_CODES: Readonly<Record<Nation, RetentionCode>> = Object.freeze({
  england: code('england', 'en', 'England 2021, updated 2023-08-07', ENGLAND),
  scotland: code('scotland', 'sc', 'Scotland, published 2024-08-16', SCOTLAND),
  wales: code('wales', 'wl', 'Wales 2022', WALES),
  'northern-ireland': code(
    'northern-ireland',
    'ni',
    'Northern Ireland, Good Management Good Records',
    NORTHERN_IRELAND,
  ),
});
