/**
 * What the sender says the picture shows, asked before the camera; its place in the list is its number on the wire. It is a
 * label for policy and for the viewer that blurs; nobody looks at the picture to find out.
 */
export const SENSITIVITIES = ['usual', 'intimate', 'intimate-under-18'] as const;
/** One of `SENSITIVITIES`. */
export type Sensitivity = (typeof SENSITIVITIES)[number];

/** Whether a text is one of them. */
export function isSensitivity(text: string | undefined): text is Sensitivity {
  return SENSITIVITIES.some((one) => one === text);
}
