import { type Command, command } from '@wardseal/primitives/cli';
import { nhs } from '../packs/nhs/index.js';
import { SETTINGS, settled, writePolicy } from './settings.js';

const first = nhs();
const numbers = Object.entries(first.parameters).map(
  ([name, { value, min, max }]) => `${name} ${value} (${min} to ${max})`,
);

const init: Command = command({
  usage: 'init [--set PARAMETER=N]... [--configured SOURCE]... [--review-by DATE] [-o FILE]',
  about: `Writes the first NHS policy as a draft to change, to check and to approve. Its numbers: ${numbers.join(', ')}. Its
evidence sources: ${Object.keys(first.sources).join(', ')}; rules that need one are not enforced until it is configured.`,
  examples: [
    ['init --id demo-trust --review-by 2027-11-01 -o policy.json', 'as it is'],
    ['init --set viewSignInHours=12 --configured device-management -o policy.json', 'with a shorter sign-in'],
  ],
  options: SETTINGS,
  operands: [0, 0],
  payload: true,
  run: (values) => writePolicy(settled(first, values), values),
});

export const verbs: Readonly<Record<string, Command>> = { '': init };
