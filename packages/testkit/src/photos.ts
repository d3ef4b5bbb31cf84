import { fileURLToPath } from 'node:url';

/** A sample photograph that came with the workspace. */
export interface Photo {
  path: string;
  type: 'image/jpeg' | 'image/png';
  width: number;
  height: number;
  /** The licence line, as photos/LICENCES.md gives it. */
  licence: string;
}

const path = (file: string): string => fileURLToPath(new URL(`../photos/${file}`, import.meta.url));

/** Real photographs for tests, benches and demos, by what they show. */
export const photos: Readonly<Record<'fundus' | 'histology' | 'cat' | 'flower', Photo>> = {
  fundus: {
    path: path('fundus-retina-1411.jpg'),
    type: 'image/jpeg',
    width: 1411,
    height: 1411,
    licence: 'CC0 1.0 (M. Häggström, by way of scikit-image)',
  },
  histology: {
    path: path('histology-ihc-512.png'),
    type: 'image/png',
    width: 512,
    height: 512,
    licence: 'no known copyright restrictions (scikit-image)',
  },
  cat: {
    path: path('chelsea-451.png'),
    type: 'image/png',
    width: 451,
    height: 300,
    licence: 'CC0 (S. van der Walt, by way of scikit-image)',
  },
  flower: {
    path: path('camera-3mp-hibiscus.jpg'),
    type: 'image/jpeg',
    width: 2048,
    height: 1536,
    licence: 'free to use however you wish (drewnoakes/metadata-extractor-images)',
  },
};
