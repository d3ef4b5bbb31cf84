#!/usr/bin/env node
import { type Failure, type Program, runProgram } from '@wardseal/primitives/cli';
import { WatermarkError } from '../errors.js';
import { EXIT } from './exits.js';

function judge(error: Error): Failure | null {
  if (!(error instanceof WatermarkError)) return null;
  const { code, message, field, limit, actual } = error;
  return { kind: 'refused', exit: EXIT.unknown, code, message, facts: { field, limit, actual } };
}

const program: Program = {
  name: 'wardseal-watermark',
  about:
    'Marks the pictures and videos that a viewing shows, and says of a leaked copy which viewing it comes from. Needs sharp beside it, for videos ffmpeg.',
  commands: {
    embed: {
      about: 'put the mark of a viewing into a picture or a video; with chips, make what a viewer embeds',
      load: () => import('./embed.js'),
    },
    decode: { about: 'read a copy without its original: a lead, never a verdict', load: () => import('./decode.js') },
    trace: { about: 'say which viewing a copy comes from, with an evidence report', load: () => import('./trace.js') },
    overlay: { about: 'the visible overlay, as SVG or on a picture', load: () => import('./overlay.js') },
    attack: {
      about: 'do to a picture what happens to leaks, or measure what survives',
      load: () => import('./attack.js'),
    },
  },
  request: '{"command":"decode","suspect":"leak.jpg","image":"..."}',
  exits: {
    refused: EXIT.unknown,
    usage: EXIT.unknown,
    trouble: EXIT.unknown,
    words:
      '0 done, a viewing is named, or a lead found; 1 none is, or no mark could be put in; 2 no answer: not registered, out of time, wrongly asked, trouble',
  },
  manifest: new URL('../../package.json', import.meta.url),
  judge,
};

runProgram(program, process.argv.slice(2));
