import { hex } from '@wardseal/primitives';
import { type Command, command } from '@wardseal/primitives/cli';
import { claimsFacts, claimsWords } from './claims-facts.js';
import { EXIT } from './exits.js';
import { FOLDER, withIssuer } from './issuer-folder.js';
import { handleFrom } from './link-input.js';
import { inWords } from './times.js';

const show: Command = command({
  usage: 'inspect -d FOLDER [FILE]',
  about: `Says whether a link still opens, why not, and what it allows. Spends nothing, changes nothing. The link, or its handle alone,
is read from FILE or stdin; a link that this issuer did not make is refused.`,
  examples: [['inspect -d links link.txt', 'before you tell somebody on the phone that it must still work']],
  options: FOLDER,
  operands: [0, 1],
  named: 'link',
  payload: false,
  run: ({ folder }, [path]) =>
    withIssuer(folder, async (issuer, { origins }) => {
      const found = await issuer.inspect(await handleFrom(path, origins));
      const { id, state, expires, claims, used, of, failures, withShare, revokedAt } = found;
      const live = state === 'live';
      return {
        facts: {
          id: hex(id),
          state,
          expires,
          ...(claims && { used, of, failures, withShare, revokedAt, claims: claimsFacts(claims) }),
        },
        words: [
          `id          ${hex(id)}`,
          ...(claims ? claimsWords(claims) : [`expires     ${inWords(expires)}`]),
          ...(claims ? [`opened      ${used} of ${of} times`] : []),
          ...(failures ? [`passcodes   ${failures} wrong so far`] : []),
          ...(revokedAt === undefined ? [] : [`revoked     ${inWords(revokedAt)}`]),
          live ? 'LIVE' : `GONE        ${state}`,
        ],
        exit: live ? EXIT.good : EXIT.no,
      };
    }),
});

export const verbs: Readonly<Record<string, Command>> = { '': show };
