import { button, h } from './dom.js';
import { PageError } from './page-error.js';

const CODES: Readonly<Record<string, string>> = {
  NotAllowedError: 'CAMERA_DENIED',
  SecurityError: 'CAMERA_DENIED',
  NotFoundError: 'CAMERA_MISSING',
  OverconstrainedError: 'CAMERA_MISSING',
  NotReadableError: 'CAMERA_BUSY',
};

/** Quality of what the camera gives: a frame of a stream has no file of its own, so it is encoded once, well. */
const QUALITY = 0.95;

/** Below this a phone's own camera shows more (W1: "where the page gets less than 3 MP"). */
const FEW_PIXELS = 3_000_000;

export const mayUseCamera = async (): Promise<boolean> => {
  try {
    return (await navigator.permissions.query({ name: 'camera' as PermissionName })).state === 'granted';
  } catch {
    return false;
  }
};

export interface Shot {
  readonly file: Blob;
  readonly few: boolean;
}

/** The camera in the page, never mirrored (H1). It is off again as soon as a picture is taken. */
export class Camera {
  readonly element: HTMLElement;
  #stream: MediaStream | null = null;
  readonly #video = h('video', {
    class: 'ward-camera',
    playsinline: true,
    muted: true,
    'aria-label': 'What the camera sees',
  });

  constructor(taken: (shot: Shot) => void, failed: (error: unknown) => void) {
    const take = button('Take picture', () => void this.#shoot().then(taken, failed));
    this.element = h(
      'div',
      { hidden: true },
      this.#video,
      take,
      button('Camera off', () => this.stop(), 'secondary'),
    );
    this.#video.muted = true;
  }

  async start(): Promise<void> {
    if (this.#stream !== null) return;
    try {
      // The back camera at the best it has.
      const best = { facingMode: { ideal: 'environment' }, width: { ideal: 4096 }, height: { ideal: 3072 } };
      if (navigator.mediaDevices === undefined) throw new PageError('CAMERA_MISSING');
      this.#stream = await navigator.mediaDevices.getUserMedia({ video: best });
      this.#video.srcObject = this.#stream;
      this.element.hidden = false;
      await this.#video.play();
    } catch (cause) {
      this.stop();
      throw cause instanceof PageError
        ? cause
        : new PageError(CODES[(cause as Error).name] ?? 'CAMERA_FAILED', { cause });
    }
  }

  stop(): void {
    for (const track of this.#stream?.getTracks() ?? []) track.stop();
    this.#stream = null;
    this.#video.srcObject = null;
    this.element.hidden = true;
  }

  async #shoot(): Promise<Shot> {
    const { videoWidth: width, videoHeight: height } = this.#video;
    const canvas = new OffscreenCanvas(Math.max(1, width), Math.max(1, height));
    const context = canvas.getContext('2d');
    if (context === null || width === 0) throw new PageError('CAMERA_FAILED');
    context.drawImage(this.#video, 0, 0);
    const file = await canvas.convertToBlob({ type: 'image/jpeg', quality: QUALITY });
    this.stop();
    return { file, few: width * height < FEW_PIXELS };
  }
}
