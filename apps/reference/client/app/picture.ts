import type { ShownPicture } from '../core/core.js';
import { showOn } from '../core/show.js';
import { button, h } from './dom.js';

/** Zoom as device pixels a picture pixel; 0 fits the picture to the page. */
const STEPS = [0, 0.5, 1, 2, 4];
const NAMES = ['Fit to page', '50 %', '100 %', '200 %', '400 %'];

/**
 * The marked picture with its border, to look at as closely as the camera saw it (H4). Keys: + and - zoom, 0 fits, 1 is 100 %,
 * arrows move. Nothing here sharpens, brightens or measures: that would make it a medical device.
 */
export async function pictureView(picture: ShownPicture, intimate: boolean): Promise<HTMLElement> {
  const canvas = h('canvas', {
    role: 'img',
    'aria-label': 'Clinical picture',
    oncontextmenu: (event: Event) => event.preventDefault(),
  });
  await showOn(canvas, picture);
  const { width, height } = picture.overlay.box;
  picture.bitmap.close();
  let step = 0;
  const said = h('span', { role: 'status', class: 'ward-zoom' });
  const zoom = (to: number): void => {
    step = Math.min(STEPS.length - 1, Math.max(0, to));
    const scale = STEPS[step]! / devicePixelRatio;
    canvas.classList.toggle('ward-fit', step === 0);
    canvas.style.width = step === 0 ? '' : `${width * scale}px`;
    canvas.style.height = step === 0 ? '' : `${height * scale}px`;
    said.textContent = NAMES[step]!;
  };
  const keys: Readonly<Record<string, () => void>> = {
    '+': () => zoom(step + 1),
    '=': () => zoom(step + 1),
    '-': () => zoom(step - 1),
    '0': () => zoom(0),
    '1': () => zoom(2),
  };
  const pan = h(
    'div',
    {
      class: 'ward-pan',
      tabindex: 0,
      role: 'region',
      'aria-label': 'Picture: plus and minus zoom, 1 is 100 per cent, 0 fits, arrows move',
      onkeydown: (event: KeyboardEvent) => keys[event.key]?.(),
    },
    canvas,
  );
  const tools = h(
    'div',
    { class: 'ward-actions' },
    button('Smaller', () => zoom(step - 1), 'secondary'),
    button('Larger', () => zoom(step + 1), 'secondary'),
    button('100 %', () => zoom(2), 'secondary'),
    button('Fit', () => zoom(0), 'secondary'),
    said,
  );
  zoom(0);
  const shown = h('div', { class: 'ward-picture' }, tools, pan);
  if (!intimate) return shown;
  shown.hidden = true;
  const reveal = button('Show the picture', () => {
    shown.hidden = false;
    reveal.parentElement?.remove();
    pan.focus();
  });
  return h(
    'div',
    {},
    h(
      'div',
      { class: 'nhsuk-inset-text' },
      h('p', {}, 'This is an intimate picture. Make sure that nobody else can see your screen.'),
      reveal,
    ),
    shown,
  );
}
