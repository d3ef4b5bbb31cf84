import { type Command, command, OUTPUT, UsageError, writeOutput } from '@wardseal/primitives/cli';
import { isIssuerName, isOrigin } from '../claims.js';
import { needed } from './ids.js';
import { changeKeys, FOLDER, keysOf, makeFolder } from './issuer-folder.js';
import { type IssuerKeys, newKeys, publicText, signingKid, tagKid } from './key-file.js';
import { inWords, nowSeconds } from './times.js';

/** What may be seen of an issuer's keys: identifiers, states, times, public halves. */
function shown({ issuer, origins, signing, tags }: IssuerKeys): { facts: object; words: readonly string[] } {
  const keys = [
    ...signing.map((key) => ({ kid: signingKid(key), signs: 'grants', state: key.state, made: key.made })),
    ...tags.map((key) => ({ kid: tagKid(key), signs: 'handles', state: key.state, made: key.made })),
  ];
  return {
    facts: { issuer, origins, keys },
    words: [
      `issuer      ${issuer}`,
      ...origins.map((origin) => `origin      ${origin}`),
      ...keys.map(({ kid, signs, state, made }) => `${kid}    ${signs}, ${state}, made ${inWords(made)}`),
    ],
  };
}

const init: Command = command({
  usage: 'keys init --issuer NAME --origin URL... FOLDER',
  about: `Makes the folder of an issuer: its keys (keys.json, for its owner alone, 0600), later its links (links.db) and the keys of
their shares (erase/shares.db). NAME stands in every grant, a lower-case DNS name; URL is where links are opened. No key is printed.
Back up erase/ for 7 days at most: what is erased is gone when its backups are.`,
  examples: [
    ['keys init --issuer img.trust.example --origin https://img.trust.example links', 'once, where links are minted'],
  ],
  options: {
    issuer: { kind: 'text', value: 'NAME', help: 'the name in its grants' },
    origin: { kind: 'texts', value: 'URL', help: 'where links are opened; the first is the default' },
  },
  operands: [1, 1],
  named: 'folder',
  payload: false,
  async run({ issuer, origin: origins }, [folder]) {
    const name = needed(issuer, 'issuer');
    if (!isIssuerName(name)) throw new UsageError('--issuer takes a lower-case DNS name');
    if (origins.length === 0 || !origins.every(isOrigin))
      throw new UsageError('--origin takes an origin such as https://img.trust.example, at least one');
    const { signing, tag } = await newKeys(nowSeconds());
    const keys: IssuerKeys = { issuer: name, origins, signing: [signing], tags: [tag] };
    await makeFolder(folder!, keys);
    return shown(keys);
  },
});

const list: Command = command({
  usage: 'keys list -d FOLDER',
  about: 'Shows the keys of an issuer: identifiers, states, times. No secret is shown.',
  options: FOLDER,
  operands: [0, 0],
  payload: false,
  run: async ({ folder }) => shown(await keysOf(folder)),
});

const rotate: Command = command({
  usage: 'keys rotate [--compromised] -d FOLDER',
  about: `Makes new keys. The ones before verify what they signed and sign no more; their signing secrets are destroyed. Retire them
after 7 days, when every link of theirs is dead. --compromised retires them at once: all links of theirs die now.`,
  options: {
    ...FOLDER,
    compromised: { kind: 'flag', help: 'somebody else may have the keys: kill every link under them' },
  },
  operands: [0, 0],
  payload: false,
  async run({ folder, compromised }) {
    const fresh = await newKeys(nowSeconds());
    const changed = await changeKeys(folder, (keys) => ({
      ...keys,
      signing: [
        fresh.signing,
        ...keys.signing.map(({ publicKey, state, made }) => ({
          publicKey,
          state: compromised || state === 'retired' ? ('retired' as const) : ('verify-only' as const),
          made,
        })),
      ],
      tags: [fresh.tag, ...(compromised ? [] : keys.tags.map((one) => ({ ...one, state: 'verify-only' as const })))],
    }));
    return shown(changed);
  },
});

const retire: Command = command({
  usage: 'keys retire -d FOLDER KID',
  about: `Retires a key that signs no more: every link under it is dead at once. A key of handles is destroyed; one of grants stays in
the list of public keys as retired, so that verifiers refuse it. To retire the active keys, \`keys rotate --compromised\`.`,
  options: FOLDER,
  operands: [1, 1],
  named: 'kid',
  payload: false,
  async run({ folder }, [kid]) {
    const changed = await changeKeys(folder, (keys) => {
      const chosen = [...keys.signing.filter((key) => signingKid(key) === kid), ...keys.tags.filter((key) => tagKid(key) === kid)]; // biome-ignore format: one list
      if (chosen.length === 0) throw new UsageError('there is no key of this identifier: `keys list` shows them');
      if (chosen.some(({ state }) => state === 'active'))
        throw new UsageError('the key is active: `keys rotate` makes another first');
      return {
        ...keys,
        signing: keys.signing.map((key) => (signingKid(key) === kid ? { ...key, state: 'retired' as const } : key)),
        tags: keys.tags.filter((key) => tagKid(key) !== kid),
      };
    });
    return shown(changed);
  },
});

const publish: Command = command({
  usage: 'keys publish -d FOLDER [-o FILE]',
  about: 'Writes the public keys, with their states, for whoever verifies grants.',
  options: { ...FOLDER, ...OUTPUT },
  operands: [0, 0],
  payload: true,
  async run({ folder, output, force }) {
    const keys = await keysOf(folder);
    await writeOutput({ path: output, force, content: 'safe' }, (file) => file.write(publicText(keys)));
    return { facts: { issuer: keys.issuer, keys: keys.signing.length }, words: [] };
  },
});

export const verbs: Readonly<Record<string, Command>> = { init, list, rotate, retire, publish };
