import { base64url, fromBase64url } from '@wardseal/primitives';
import { jsonObject, readText, UsageError } from '@wardseal/primitives/cli';

/** What `mint prepare` keeps for `mint`: the grant's identifier to be, and the link's own secret. 32 bytes each. */
export interface PreparedLink {
  readonly cti: Uint8Array<ArrayBuffer>;
  readonly secret: Uint8Array<ArrayBuffer>;
}

const FORMAT = 'wardseal.org/link-prepared v0';

/** The text of the file, which is a secret. */
export function preparedText({ cti, secret }: PreparedLink): string {
  return `${JSON.stringify({ format: FORMAT, cti: base64url(cti), secret: base64url(secret) })}\n`;
}

/** Reads such a file; nothing of its content is ever in an error. */
export async function readPrepared(path: string): Promise<PreparedLink> {
  const value = jsonObject(await readText(path, 'the prepared link'));
  const [cti, secret] = ['cti', 'secret'].map((name) => {
    const text = value?.[name];
    return typeof text === 'string' ? fromBase64url(text) : null;
  });
  if (value?.['format'] !== FORMAT || cti?.length !== 32 || secret?.length !== 32)
    throw new UsageError(`${path}: it is not what \`mint prepare\` writes`);
  return { cti, secret };
}
