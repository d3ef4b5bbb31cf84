import { holdsPatientNumber } from '@wardseal/primitives/patient-number';
import { checkPage } from '../handler/check-page.js';
import { type Asset, assetOf, chrome } from '../handler/chrome.js';
import { assetAnswer, pageAnswer } from '../handler/headers.js';
import { lostPage } from '../handler/lost-page.js';
import { type Route, serve } from '../handler/serve.js';
import { MAX_UPLOAD_BYTES } from '../limits.js';
import { EMERGENCY_WORDS, type UploadDesk, type UploadHandlerOptions } from './options.js';
import { FILE_PATH, postBegin } from './post-begin.js';
import { postFile } from './post-file.js';
import { postUploadStatus } from './post-status.js';
import { SCRIPT, STYLE } from './upload-page/built.js';
import { uploadMain } from './upload-page/upload-main.js';

const WORDS = /^(?=.{1,300}$)[^\p{C}\s]+(?: [^\p{C}\s]+)*$/u;

function check(options: UploadHandlerOptions): void {
  checkPage(options, ['uploaderModule', options.uploaderModule]);
  const { authorize, audit, deposit, emergency = EMERGENCY_WORDS, maxBytes = 1, intimateUnder18 } = options;
  if (!WORDS.test(emergency) || holdsPatientNumber(emergency, 'anywhere'))
    throw new RangeError('emergency must be 1 to 300 characters of plain text');
  if (!(Number.isInteger(maxBytes) && maxBytes >= 1 && maxBytes <= MAX_UPLOAD_BYTES))
    throw new RangeError(`maxBytes must be 1 to ${MAX_UPLOAD_BYTES}`);
  for (const one of [authorize, audit, deposit?.receive, deposit?.delivered, intimateUnder18 ?? check])
    if (typeof one !== 'function')
      throw new TypeError('authorize, audit, both of deposit and intimateUnder18 must be functions');
}

function ofUploads(asset: Asset): Asset {
  return { ...asset, path: asset.path.replace('/o/', '/u/') };
}

/**
 * Makes the HTTP face of upload links: the page on which a patient without an account sends a picture, and what it asks for.
 *
 * `GET /u` is one static page, the same for every link. `POST /u/status` and `POST /u/begin` take JSON from this origin's own
 * page, `POST /u/file` the sealed file; the last alone takes a use. What is sent was sealed in the browser: nothing here can
 * read it.
 *
 * @param desk an `Issuer`
 * @param options see `UploadHandlerOptions`; checked here, once
 * @returns a function that answers every request and never rejects: mount it at `/u` and below, without stripping the path
 * @throws RangeError when an origin, the organisation, the module's path, the words or `maxBytes` is out of range
 * @throws TypeError when a hook is no function
 * @example const handle = createUploadHandler(issuer, { origins, organisation, uploaderModule: '/uploader.js', deposit, audit, authorize });
 */
export function createUploadHandler(
  desk: UploadDesk,
  options: UploadHandlerOptions,
): (request: Request) => Promise<Response> {
  check(options);
  const { organisation, uploaderModule, emergency = EMERGENCY_WORDS } = options;
  const script = ofUploads(assetOf(SCRIPT, 'js'));
  const style = ofUploads(assetOf(STYLE, 'css'));
  const page = chrome({
    title: 'Send a picture',
    organisation,
    script,
    style,
    data: { uploader: uploaderModule },
    main: uploadMain(organisation, emergency),
  });
  const lost = lostPage(organisation, style);
  const asset = ({ body, type }: Asset): Route => ({ get: () => assetAnswer(body, type) });
  const routes = new Map<string, Route>([
    ['/u', { get: () => pageAnswer(200, page) }],
    [script.path, asset(script)],
    [style.path, asset(style)],
    ['/u/status', { post: (request) => postUploadStatus(desk, options, request) }],
    ['/u/begin', { post: (request) => postBegin(desk, options, request) }],
    [FILE_PATH, { post: (request) => postFile(desk, options, request) }],
  ]);
  return serve(
    (pathname) => routes.get(pathname),
    () => pageAnswer(404, lost),
  );
}
