import { hex, randomBytes } from '@wardseal/primitives';
import { type Command, command, OUTPUT, openInput, secretLine, UsageError, type Values, writeOutput } from '@wardseal/primitives/cli'; // biome-ignore format: one list
import { BINDINGS, type Binding, maxLifetime, type Permission, PURPOSES } from '../claims.js';
import { encodeGrant } from '../grant.js';
import type { GrantRequest, IssuedLink } from '../issue.js';
import type { Issuer } from '../issuer.js';
import { objectDigest } from '../object-digest.js';
import { digest, needed, opaqueId } from './ids.js';
import { FOLDER, withIssuer } from './issuer-folder.js';
import { prepare } from './prepare.js';
import { type PreparedLink, readPrepared } from './prepared-file.js';
import { duration, inWords, nowSeconds, whole } from './times.js';

/** What a link that opens something may allow. */
const PERMITS = ['view', 'save-to-record', 'delegate'] as const satisfies readonly Permission[];

/** What `mint` can be told. There is no option for a name, a number or a free text. */
const MINT = {
  ...FOLDER,
  ...OUTPUT,
  object: { kind: 'text', value: 'HEX', help: 'what it opens: the digest that names the sealed file' },
  manifest: { kind: 'text', value: 'ID', help: 'instead of --object: manifest id of the sealed file, and --payload' },
  payload: { kind: 'text', value: 'FILE', help: 'its payload, kept apart from the header' },
  for: { kind: 'text', value: 'TIME', help: 'how long it opens, as 90m, 24h or 7d; 24h without it' },
  uses: { kind: 'text', value: 'N', help: 'how often it opens; once without it' },
  purpose: { kind: 'text', value: 'PURPOSE', help: PURPOSES.join(', ') },
  binding: { kind: 'text', value: 'BINDING', help: `${BINDINGS.join(', ')}; passcode without it` },
  permit: { kind: 'texts', value: 'WHAT', help: `${PERMITS.join(', ')}; view without it` },
  depth: { kind: 'text', value: 'N', help: 'how often it may be passed on, 1 to 3, with permission delegate' },
  user: { kind: 'text', value: 'ID', help: 'the member of staff who has it issued: a UUID or a digest' },
  recipient: { kind: 'text', value: 'ID', help: 'who it is for: a UUID or a digest' },
  'recipient-key': {
    kind: 'text',
    value: 'HEX',
    help: "thumbprint of the recipient's key, for holder-of-key and passkey",
  },
  origin: { kind: 'text', value: 'URL', help: "which of the issuer's origins opens it; the first without it" },
  prepared: { kind: 'text', value: 'FILE', help: 'what `mint prepare` wrote, for a file that was sealed for a link' },
  passcode: { kind: 'text', value: 'FILE', help: 'the passcode stands in its first line; asked for without it' },
  'new-passcode': { kind: 'text', value: 'FILE', help: 'draw a passcode of 8 digits and write it here' },
  grant: { kind: 'text', value: 'FILE', help: 'write the signed grant here, as text: it is evidence, and no secret' },
} as const;

type Asked = Values<typeof MINT>;
const DAY = '24h';

/** One of a closed list; what stands there instead is not repeated. */
function oneOf<T extends string>(list: readonly T[], text: string, option: string): T {
  const found = list.find((one) => one === text);
  if (found === undefined) throw new UsageError(`--${option} takes ${list.join(', ')}`);
  return found;
}

async function objectOf({ object, manifest, payload }: Asked): Promise<Uint8Array<ArrayBuffer>> {
  if (object !== undefined && manifest === undefined && payload === undefined) return digest(object, 'object');
  if (object !== undefined || manifest === undefined || payload === undefined)
    throw new UsageError('give --object, or --manifest and --payload');
  const input = await openInput(payload, 'the payload');
  try {
    const payloadNonce = await input.read(0, 16);
    return objectDigest({ manifestId: manifest, payloadNonce });
  } finally {
    await input.close();
  }
}

/** Eight digits, every one as likely as the next: 2^32 is no multiple of 10^8, so a draw above the last one is made again. */
function drawPasscode(): string {
  const range = 10 ** 8;
  const limit = Math.floor(2 ** 32 / range) * range;
  for (;;) {
    const value = new DataView(randomBytes(4).buffer).getUint32(0);
    if (value < limit) return String(value % range).padStart(8, '0');
  }
}

async function passcodeOf({ passcode, 'new-passcode': drawn }: Asked, binding: Binding): Promise<string | undefined> {
  if (passcode !== undefined && drawn !== undefined) throw new UsageError('give one of --passcode and --new-passcode');
  if (binding !== 'passcode') {
    if (passcode !== undefined || drawn !== undefined) throw new UsageError('a passcode is for binding passcode alone');
    return undefined;
  }
  return drawn === undefined ? secretLine(passcode, 'the passcode') : drawPasscode();
}

async function requestOf(values: Asked, prepared: PreparedLink | undefined): Promise<GrantRequest> {
  const { purpose, user, uses, depth, permit, recipient, origin, 'recipient-key': key } = values;
  const binding = oneOf(BINDINGS, values.binding ?? 'passcode', 'binding');
  const recipientKey = key === undefined ? undefined : digest(key, 'recipient-key');
  const seconds = duration(values.for ?? DAY, 'for');
  if (seconds > maxLifetime({ recipientKey })) throw new UsageError('--for takes at most 24h, with --recipient-key 7d');
  const request: GrantRequest = {
    object: await objectOf(values),
    expires: nowSeconds() + seconds,
    maxUses: uses === undefined ? 1 : whole(uses, 'uses'),
    purpose: oneOf(PURPOSES, needed(purpose, 'purpose'), 'purpose'),
    binding,
    permissions: permit.length === 0 ? ['view'] : permit.map((one) => oneOf(PERMITS, one, 'permit')),
    issuerUser: opaqueId(needed(user, 'user'), 'user'),
    ...(depth !== undefined && { delegationDepth: whole(depth, 'depth') }),
    ...(recipient !== undefined && { recipient: opaqueId(recipient, 'recipient') }),
    ...(recipientKey && { recipientKey }),
    ...(origin !== undefined && { audience: origin }),
    ...(prepared && { cti: prepared.cti }),
  };
  const passcode = await passcodeOf(values, binding);
  return passcode === undefined ? request : { ...request, passcode };
}

/** A further output, where it is asked for; otherwise nothing but what follows. */
async function also<T>(
  path: string | undefined,
  force: boolean,
  secret: boolean,
  next: (write: (text: string) => Promise<void>) => Promise<T>,
): Promise<T> {
  // biome-ignore format: one head
  if (path === undefined) return next(async () => {});
  return writeOutput({ path, force, secret, content: 'safe' }, ({ write }) => next(write));
}

/** Mints, and hands everything over; a link that could not be handed over is taken back. */
async function mintInto(
  issuer: Issuer,
  values: Asked,
  request: GrantRequest,
  secret?: Uint8Array,
): Promise<IssuedLink> {
  const { force, output, grant: grantPath, 'new-passcode': passcodePath } = values;
  let minted: IssuedLink | undefined;
  try {
    return await also(passcodePath, force, true, (writePasscode) =>
      also(grantPath, force, false, (writeGrant) =>
        writeOutput({ path: output, force, secret: true, content: 'safe' }, async (file) => {
          minted = await issuer.grant(request);
          await writePasscode(`${request.passcode}\n`);
          await writeGrant(`${encodeGrant(minted.grant)}\n`);
          await file.write(`${minted.link(request.audience ?? '', secret)}\n`);
          return minted;
        }),
      ),
    );
  } catch (error) {
    if (minted) await issuer.revoke({ id: minted.id });
    throw error;
  }
}

const mint: Command = command({
  usage: 'mint -d FOLDER --object HEX --purpose PURPOSE --user ID [--for TIME] [--uses N] [-o FILE]',
  about: `Makes a link and prints it, once: to stdout, or with -o into a file for its owner alone (0600). Without --binding it needs a
passcode as well, which goes another way than the link. The answer in JSON has \`event\` for the audit log, and never the link.`,
  examples: [
    [
      'mint -d links --object HEX --purpose referral --user ID --new-passcode code.txt -o link.txt',
      'for a colleague without an account: opens once within a day',
    ],
  ],
  options: MINT,
  operands: [0, 0],
  payload: true,
  async run(values) {
    const prepared = values.prepared === undefined ? undefined : await readPrepared(values.prepared);
    const asked = await requestOf(values, prepared);
    return withIssuer(values.folder, async (issuer, { origins }) => {
      await issuer.sweep();
      const request = { ...asked, audience: asked.audience ?? origins[0]! };
      const { id, grant } = await mintInto(issuer, values, request, prepared?.secret);
      const { expires, maxUses, binding, audience } = request;
      const event = { type: 'link.create', grant: encodeGrant(grant), share: prepared !== undefined, at: nowSeconds() };
      return {
        facts: { id: hex(id), expires, uses: maxUses, binding, origin: audience, event },
        words: [
          `id          ${hex(id)}`,
          `opens       ${maxUses === 1 ? 'once' : `${maxUses} times`} until ${inWords(expires)}, binding ${binding}`,
        ],
      };
    });
  },
});

export const verbs: Readonly<Record<string, Command>> = { '': mint, prepare };
