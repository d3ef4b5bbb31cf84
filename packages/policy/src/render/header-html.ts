import { type Html, html } from '@wardseal/primitives';
import type { Pack } from '../document.js';
import { instant } from '../engine/time.js';
import type { RegisteredVersion } from '../governance/register.js';
import { word } from '../plain-english/names.js';
import { capital, days, moment, STATUSES } from './words.js';

/** What is said of the policy as a whole. */
export interface About {
  readonly pack: Pack;
  /** The version as the register has it, where there is one. */
  readonly registered: RegisteredVersion | undefined;
  /** ms since 1970. */
  readonly now: number;
}

/** Id, version, dates, owner and approvals. */
export function facts({ pack, registered, now }: About): Html {
  const { document, digest } = pack;
  const { id, version, effectiveFrom, reviewBy, owner, supersedes } = document;
  const status = registered?.status ?? document.status;
  const rows: (readonly [string, Html])[] = [
    ['Policy', html`${id}`],
    ['Version', html`${version}`],
    ['Status', html`<strong>${STATUSES[status]}</strong>`],
    ['In effect from', html`${effectiveFrom === undefined ? 'the moment it is activated' : moment(effectiveFrom)}`],
    [
      'Review by',
      reviewBy === undefined ? html`<strong class="bad">No review date is set</strong>` : review(reviewBy, now),
    ],
    ['Owner', html`${owner === undefined ? 'not named' : capital(word(owner.role))}`],
    ['Takes the place of', html`${supersedes === undefined ? 'no earlier version' : `version ${supersedes.version}`}`],
    ['Approvals', approvals(pack, registered)],
    ['Digest', html`<code>${digest}</code>`],
  ];
  return html`<dl class="facts">${rows.map(([name, value]) => html`<dt>${name}</dt><dd>${value}</dd>`)}</dl>`;
}

function review(reviewBy: string, now: number): Html {
  const due = instant(reviewBy);
  if (due === null) return html`${reviewBy}`;
  if (due > now) return html`${moment(reviewBy)} (in ${days(now, due)})`;
  return html`<strong class="bad">Overdue by ${days(due, now)}</strong>: it was due on ${moment(reviewBy)}`;
}

/** True when the review is due no longer, but overdue. */
export function isOverdue({ pack, now }: About): boolean {
  const due = pack.document.reviewBy === undefined ? null : instant(pack.document.reviewBy);
  return due !== null && due <= now;
}

function approvals({ document, digest }: Pack, registered: RegisteredVersion | undefined): Html {
  const all: readonly Readonly<Record<string, string>>[] =
    registered?.approvals.map((each) => ({ ...each })) ?? document.approvals ?? [];
  if (all.length === 0) return html`None yet`;
  const lines = all.map(({ by = 'somebody who is not named', role, at, digest: of }) => {
    const other =
      of === undefined || of === digest ? null : html` <strong class="bad">of another text, not of this one</strong>`;
    return html`<li>${by}${role === undefined ? '' : `, ${word(role)}`}${at === undefined ? '' : `, ${moment(at)}`}${other}</li>`;
  });
  return html`<ul>${lines}</ul><p class="quiet">As recorded. Whether each signature is good is checked when a policy is activated and loaded, not by this page.</p>`;
}
