/** Why the page has nothing more to do. */
export type End = 'closed' | 'damaged' | 'denied' | 'gone' | 'key' | 'nothing' | 'refused';

/** What is said then: what happened, why, and what to do next. */
export const ENDS: Readonly<Record<End, readonly [heading: string, why: string, next: string]>> = {
  gone: [
    'This link cannot be opened',
    'It may have expired, been used as often as it allows, or been taken back. For safety this page cannot say which.',
    'Ask whoever sent it for a new one.',
  ],
  damaged: [
    'This link is not complete',
    'A part of it was lost or changed on its way, so nothing has been opened.',
    'Open it again from the message it came in, or copy the whole of it into the address bar. If it still does not work, ask for a new one.',
  ],
  nothing: [
    'Open the link again',
    'For safety this page forgets its link when it is reloaded or left. Nothing more has been opened.',
    'Go back to the message and open the link from there.',
  ],
  closed: [
    'Closed',
    'What was opened is no longer held on this page.',
    'If the link may be opened more than once, open it again from the message it came in.',
  ],
  denied: [
    'This may not be opened now',
    'The rules of the organisation that sent it do not allow it from here or at this time. It has not been counted as an opening.',
    'Ask whoever sent it.',
  ],
  key: [
    'This link is for one person’s own device',
    'It opens only where its recipient has enrolled a key or passkey, and this browser has none for it. It has not been counted as an opening.',
    'Open it on the device you enrolled, or ask for another link.',
  ],
  refused: [
    'This browser’s request was refused',
    'Something between this page and the organisation changes what is sent. It has not been counted as an opening.',
    'Try another browser or network.',
  ],
};

/** What is said beside the button when trying again makes sense. */
export const AGAIN = {
  passcode: 'That passcode is not right. Check it and try again.',
  noPasscode: 'Enter the passcode. It has at least six characters.',
  offline: 'This device is not connected. Connect it, then try again. Nothing has been opened.',
  unreachable:
    'The connection was lost before an answer came. Try again now: within a minute it still counts as the same opening.',
  unreachableBefore: 'The service did not answer. Check the connection and try again. Nothing has been opened.',
  unavailable: 'The service cannot open it at the moment. Wait a little and try again: it still counts as one opening.',
  unavailableBefore:
    'The service cannot check the link at the moment. Wait a little and try again. Nothing has been opened.',
  module: 'A part of this page could not be loaded. Check the connection and try again. Nothing has been opened.',
  show: 'It was opened but could not be shown. Try again: this does not count as another opening.',
} as const;
