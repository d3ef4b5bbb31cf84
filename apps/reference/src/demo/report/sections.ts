import { type Html, html } from '@wardseal/primitives';
import type { ReportData, ReportPicture } from './data.js';
import { zPlot } from './plot.js';
import { chance, count, duration, moment, removedWords, size } from './words.js';

/** A part of the report: its heading's id, its heading, and what stands below. */
export interface Section {
  readonly id: string;
  readonly heading: string;
  readonly body: Html;
}

const items = (texts: readonly string[]): Html[] => texts.map((text) => html`<li>${text}</li>`);

/** A table that may be wider than a phone scrolls by itself, also by keyboard. */
function table(label: string, head: readonly string[], rows: readonly Html[], numbers: readonly number[] = []): Html {
  const cells = head.map((text, i) => html`<th scope="col"${numbers.includes(i) ? NUMBER : null}>${text}</th>`);
  return html`<div class="scroll" role="region" aria-label="${label}" tabindex="0"><table class="stack"><caption>${label}</caption><thead><tr>${cells}</tr></thead><tbody>${rows}</tbody></table></div>`;
}

const NUMBER = html` class="number"`;

export function pictures({ pictures: shown, photograph: photo, psnr }: ReportData): Section {
  const licence = photo.licence === undefined ? null : html` Licence: ${photo.licence}.`;
  const kept =
    photo.route === 'rebuilt'
      ? 'Its compressed pixels were not touched.'
      : 'It was turned upright and converted to standard colours, then encoded once.';
  const mark = Number.isFinite(psnr)
    ? html`Only the copies carry a mark: ${psnr.toFixed(1)} dB PSNR from the original, where 45 and more is meant not to be noticed.`
    : 'The copies carry no mark: there is nothing in this picture that could hide one.';
  return {
    id: 'pictures',
    heading: 'The photograph and its copies',
    body: html`<p>This is ${photo.description}, ${count(photo.width)} × ${count(photo.height)} pixels.${licence} ${kept} ${removedWords(photo.removed)} ${mark}</p>
<div class="pictures">${shown.map(figure)}</div>`,
  };
}

function figure({ title, caption, alt, mediaType, bytes, width, height }: ReportPicture): Html {
  const data = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('base64');
  return html`<figure><img src="data:${mediaType};base64,${data}" alt="${alt}" width="${width}" height="${height}"><figcaption><strong>${title}</strong> ${caption}</figcaption></figure>`;
}

export function people({ people: all, sealed, recovery }: ReportData): Section {
  const rows = all.map(
    (person) =>
      html`<tr><th scope="row">${person.name}</th><td>${person.role}</td><td>${person.organisation}</td><td>${person.part}</td></tr>`,
  );
  const recovered =
    recovery === undefined
      ? null
      : html`<h3>Recovery without any of them</h3><p>${recovery.needed} of ${recovery.seats} guardians together (${recovery.used.join(', ')}): ${recovery.result}</p>`;
  return {
    id: 'people',
    heading: 'Who could open it',
    body: html`<p>Everybody here is invented. The file was sealed on the sender’s side to the people below and to nobody else; the server that carries it cannot read it.</p>
${table('The people of this run', ['Name', 'Role', 'Organisation', 'Part'], rows)}
<dl><dt>Sealed to</dt><dd>${sealed.recipients.join(', ')}</dd><dt>Protection</dt><dd>${sealed.protection}</dd><dt>Sealed file</dt><dd>${size(sealed.bytes)}</dd></dl>${recovered}`,
  };
}

export function decision({ decision: made }: ReportData): Section {
  const obligations =
    made.obligations.length === 0 ? null : html`<h3>It comes with these duties</h3><ul>${items(made.obligations)}</ul>`;
  const when = made.evaluatedAt === null ? html`not known` : moment(made.evaluatedAt);
  return {
    id: 'decision',
    heading: 'What the policy decided',
    body: html`<p><strong>${made.headline}.</strong></p><ul>${items(made.lines)}</ul>${obligations}
<dl><dt>Policy</dt><dd>${made.policy.id}, version ${made.policy.version}</dd><dt>Digest</dt><dd><code>${made.policy.digest}</code></dd><dt>Decided</dt><dd>${when}</dd></dl>`,
  };
}

export function log({ log: entry }: ReportData): Section {
  return {
    id: 'log',
    heading: 'What the log can prove',
    body: html`<p>Before the picture could be opened, the viewing was written into an append-only log and signed. The viewer’s receipt was then checked: ${entry.receiptChecks.join(', ')}. Checked at the end, the whole log answered “${entry.verified}”.</p>
<dl><dt>Entry</dt><dd>number ${count(entry.index + 1)} of ${count(entry.size)}</dd><dt>Kind</dt><dd><code>${entry.type}</code></dd><dt>Root of the log</dt><dd><code>${entry.root}</code></dd><dt>Proof</dt><dd><code>${entry.proofFile}</code></dd></dl>
<h3>The signed checkpoint</h3><pre>${entry.checkpoint}</pre>
<p class="quiet">Anybody who holds the log’s public key can check the proof against this checkpoint, with our program or another. Here: <code>${entry.command}</code></p>`,
  };
}

export function trace({ trace: found }: ReportData): Section {
  if (found === null) {
    return {
      id: 'trace',
      heading: 'Which viewing leaked',
      body: html`<p>The leaked copy could not be laid on the original, so no viewing was scored and nobody is named. That happens with pictures that show next to nothing, such as an empty page.</p>`,
    };
  }
  const who = {
    match: html`The leaked copy carries the mark of <strong>${found.person}</strong>’s viewing of ${moment(found.at)}.`,
    consistent: html`The leaked copy is consistent with <strong>${found.person}</strong>’s viewing of ${moment(found.at)}. This is not enough to name anybody.`,
    none: html`The leaked copy could not be traced to a viewing. The best candidate proves nothing.`,
  }[found.verdict];
  const next =
    found.runnerUp === null ? null : html`<dt>Next best viewing</dt><dd>score ${found.runnerUp.toFixed(1)}</dd>`;
  return {
    id: 'trace',
    heading: 'Which viewing leaked',
    body: html`<p>${who} The copy: ${found.attack}.</p>
<p>How sure is that? ${count(found.candidates)} viewings were scored against the copy (here ${count(found.invented)} of them are made up, to make the search honest), and so were ${count(found.nullScores.decoys)} decoys. The decoys show what luck alone can do.</p>
${zPlot(found)}
<dl><dt>Viewing</dt><dd><code>${found.viewing}</code></dd><dt>Score</dt><dd>${found.z.toFixed(1)} standard deviations</dd>${next}<dt>Viewings compared</dt><dd>${count(found.candidates)}</dd><dt>Chance of this by luck, had all been innocent</dt><dd>less than ${chance(found.p)} (a bound, for all of them together)</dd></dl>`,
  };
}

export function link({ link: used }: ReportData): Section {
  return {
    id: 'link',
    heading: 'A link that opens once',
    body: html`<p>For ${used.purpose}.</p><dl><dt>First time</dt><dd>${used.first.result} (${moment(used.first.at)})</dd><dt>Second time</dt><dd>${used.second.result} <code>${used.second.code}</code> (${moment(used.second.at)})</dd></dl>`,
  };
}

export function tamper({ tamper: tries }: ReportData): Section {
  const rows = tries.map(
    ({ what, code, result }) =>
      html`<tr><th scope="row">${what}</th><td>${result}</td><td><code>${code}</code></td></tr>`,
  );
  return {
    id: 'tamper',
    heading: 'One byte changed on purpose',
    body: html`<p>Each line changes a single byte of a copy and checks it again.</p>${table('Changed bytes and what noticed them', ['Changed', 'What happened', 'Code'], rows)}`,
  };
}

export function steps({ steps: done }: ReportData): Section {
  const rows = done.map(
    ({ title, result, ms }) =>
      html`<tr><th scope="row">${title}</th><td>${result}</td><td class="number">${duration(ms)}</td></tr>`,
  );
  const total = done.reduce((sum, { ms }) => sum + ms, 0);
  return {
    id: 'steps',
    heading: 'Step by step',
    body: html`<p>All steps together took ${duration(total)} on this machine.</p>${table('Steps of this run', ['Step', 'What came of it', 'Time'], rows, [2])}`,
  };
}

const LIMITS = [
  'A mark survives ordinary leaking: messaging, screenshots, cropping. Photographs of a screen are not measured yet, and an expert can remove it.',
  'A match says which viewing the copy came from, not who pressed the button. It needs the log’s entry beside it, and a person to judge.',
  'The log proves that this viewing was recorded and not changed since. It cannot prove that nobody photographed the screen.',
  'In this run one machine played every part. A trust keeps the custodian, the log’s witnesses and the guardians apart.',
  'The people, the patient and the organisation are invented, and the times were measured once.',
];

export function limits(): Section {
  return {
    id: 'limits',
    heading: 'What this does not prove',
    body: html`<ul class="limits">${items(LIMITS)}</ul>`,
  };
}

export function files({ files: all }: ReportData): Section {
  const rows = all.map(
    ({ path, what, bytes, sha256 }) =>
      html`<tr><th scope="row"><code>${path}</code></th><td>${what}</td><td class="number">${size(bytes)}</td><td><code>${sha256}</code></td></tr>`,
  );
  return {
    id: 'files',
    heading: 'Files of this run',
    body: html`<p>Compare a digest with <code>sha256sum FILE</code>.</p>${table('Files, sizes and SHA-256 digests', ['File', 'What it is', 'Size', 'SHA-256'], rows, [2])}`,
  };
}
