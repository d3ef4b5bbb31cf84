import { base64url, sha256, utf8 } from '@wardseal/primitives';
import { type Command, command, OUTPUT, writeOutput } from '@wardseal/primitives/cli';
import { render as renderPage } from '../render/render.js';
import { readPolicy } from './policy-file.js';
import { REGISTER, readRegister } from './register-file.js';
import { momentOr } from './times.js';

const render: Command = command({
  usage: 'render [--organisation NAME] [--register FILE] [--in-force POLICY] [-o FILE] [POLICY]',
  about: `Writes the policy as one HTML page that an information governance lead can read, print and sign: every rule in plain English, who may
do what, what is proved, what is not enforced, what changes, and room for two signatures. It runs nothing and loads nothing.`,
  examples: [
    [
      'render --organisation "Demo Trust" --in-force policy.json -o next.html next.json',
      'for the meeting that decides',
    ],
  ],
  options: {
    ...OUTPUT,
    ...REGISTER,
    'in-force': { kind: 'text', value: 'POLICY', help: 'say what changes against this version' },
    organisation: { kind: 'text', value: 'NAME', help: 'whose policy it is' },
    title: { kind: 'text', value: 'TEXT', help: "the page's heading; the policy's title without it" },
    at: { kind: 'text', value: 'TIME', help: 'the moment of printing; now without it' },
  },
  operands: [0, 1],
  named: 'policy',
  payload: true,
  async run(values, [path]) {
    const { output, force, organisation, title } = values;
    const now = momentOr(values.at, 'at');
    const pack = await readPolicy(path);
    const before =
      values['in-force'] === undefined ? undefined : await readPolicy(values['in-force'], 'the version in force');
    const read = values.register === undefined ? undefined : await readRegister(values.register);
    const page = utf8(
      renderPage(pack, {
        now,
        ...(organisation !== undefined && { organisation }),
        ...(title !== undefined && { title }),
        ...(read !== undefined && { register: read.register }),
        ...(before !== undefined && { inForce: before }),
      }),
    );
    await writeOutput({ path: output, force, content: 'text' }, (file) => file.write(page));
    const { id, version } = pack.document;
    const { digest } = pack;
    return {
      facts: { id, version, digest, bytes: page.length, sha256: base64url(sha256(page)) },
      words: [`${id} version ${version}, ${digest}`],
    };
  },
});

export const verbs: Readonly<Record<string, Command>> = { '': render };
