import type { Purpose } from '../../claims.js';

/** What a picture is for, as the person who is asked for it understands it. */
export const WHY: Readonly<Partial<Record<Purpose, string>>> = {
  'direct-care': 'for your care',
  referral: 'so that a specialist can look at it for your referral',
  mdt: 'so that the team of specialists can discuss it for your care',
  investigation: 'for an investigation that you have been told about',
  complaint: 'for a complaint that you know of',
};

/** Why the page has nothing more to do. */
export type End = 'damaged' | 'denied' | 'face-to-face' | 'gone' | 'left' | 'nothing' | 'refused' | 'unverified';

/** What is said then: what happened, why, and what to do next. */
export const ENDS: Readonly<Record<End, readonly [heading: string, why: string, next: string]>> = {
  gone: [
    'This link cannot be used',
    'It may have expired, been used as often as it allows, or been taken back. For safety this page cannot say which. No picture was sent now.',
    'Ask whoever sent it for a new one.',
  ],
  damaged: [
    'This link is not complete',
    'A part of it was lost or changed on its way, so nothing can be sent.',
    'Open it again from the message it came in, or copy the whole of it into the address bar. If it still does not work, ask for a new one.',
  ],
  nothing: [
    'Open the link again',
    'For safety this page forgets its link when it is reloaded or left.',
    'Go back to the message and open the link from there.',
  ],
  left: [
    'Finished',
    'This page holds no picture any more. One that you took with the camera may still be among your own photos.',
    'To send another one, open the link again from the message it came in.',
  ],
  denied: [
    'A picture cannot be sent now',
    'The rules of the organisation do not allow it at this time. Nothing was sent.',
    'Ask whoever sent the link.',
  ],
  'face-to-face': [
    'Please do not take this picture',
    'Intimate pictures of anybody under 18 are not taken or sent by link, by anybody, even when a health worker asked. Nothing was sent.',
    'This needs to be looked at face to face. Telephone the team that sent you the link and say so: they will arrange for somebody to see the patient.',
  ],
  unverified: [
    'This page could not make sure who would receive it',
    'The list of the people who would open your picture is not the one that your link names, or could not be checked. Nothing was sent.',
    'Do not try another way. Telephone whoever sent you the link, on a number you know.',
  ],
  refused: [
    'This browser’s request was refused',
    'Something between this page and the organisation changes what is sent. Nothing was sent.',
    'Try another browser or network.',
  ],
};

/** What is said beside the button when trying again makes sense. */
export const AGAIN = {
  passcode: 'That passcode is not right. Check it and try again. After a few wrong attempts the link locks for good.',
  noPasscode: 'Enter the passcode. It has at least six characters.',
  noAnswer: 'Say what the picture will show.',
  noPicture: 'Take or choose a picture first.',
  notPicture: 'That is not a picture. Choose a photo.',
  offline: 'This device is not connected. Connect it, then try again. Nothing has been sent.',
  module: 'A part of this page could not be loaded. Check the connection and try again. Nothing has been sent.',
  unavailable: 'The service does not answer at the moment. Wait a little and try again.',
  sealing: 'This picture could not be prepared on this device. Choose it again, or another one. Nothing has been sent.',
  size: 'This picture is too large. Take it again in a smaller size. Nothing has been sent.',
  lost: 'The connection was lost before an answer came. Press Send again: the picture is not sent twice.',
} as const;
