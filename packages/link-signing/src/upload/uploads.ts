import type { IssuerState } from '../issuer.js';
import { type BeginRequest, type BegunUpload, beginUpload } from './begin.js';
import { type ReceiveRequest, receiveUpload, type UnderWay, type UploadReceipt } from './receive.js';

/** Certifies one-off keys of patients and takes their sealed files in, exactly as many as granted. */
export interface Uploads {
  /**
   * Certifies a one-off key for an upload link. Takes no use, and may be asked again.
   * @throws LinkError `HANDLE_INVALID`, `LINK_GONE` (`reason`; `wrong-direction` for a link to open)
   * @throws LinkError `UPLOAD_KEY_INVALID` when the key is not shown by a signature of its holder
   * @throws LinkError `PASSCODE_REFUSED` when the passcode is missing or wrong; wrong ones lock the link
   * @throws LinkError `UPLOAD_DECLINED` for an intimate picture of somebody under 18, unless `intimateUnder18` allows it
   * @throws LinkError `DENIED` when `authorize` does not permit (`decision`) or throws (`cause`)
   * @throws LinkError `STORE_FAILED`
   * @example const { certificate, grant } = await issuer.uploads.begin(handle, request);
   */
  begin(handle: string, request: BeginRequest): Promise<BegunUpload>;
  /**
   * Takes a sealed file in: kept aside, checked, its use taken, logged, delivered, in this order. A failure delivers nothing.
   * The same file under the same certificate is the same upload: it is acknowledged again at any time once it was delivered,
   * and tried again for 60 seconds when it was not.
   * @throws LinkError `UPLOAD_CERTIFICATE_INVALID` (`claim`), `LINK_GONE` (`reason`), `DENIED`
   * @throws LinkError `UPLOAD_TOO_LARGE` above `maxBytes`, `UPLOAD_CHANGED` when it is not the file that was signed
   * @throws LinkError `UPLOAD_BUSY` when this process takes in as many files of the link as it has uses left; try again
   * @throws LinkError `AUDIT_FAILED`, `DEPOSIT_FAILED`, `STORE_FAILED`: nothing was delivered, repeat with the same file
   * @throws RangeError when `maxBytes` is out of range
   * @example const { use, of } = await issuer.uploads.receive({ certificate, signature, body, deposit, audit, context, authorize });
   */
  receive(request: ReceiveRequest): Promise<UploadReceipt>;
}

/** The uploads of an issuer. */
export function uploadsOf(state: IssuerState): Uploads {
  const underWay: UnderWay = new Map();
  return {
    begin: (handle, request) => beginUpload(state, handle, request),
    receive: (request) => receiveUpload(state, underWay, request),
  };
}
