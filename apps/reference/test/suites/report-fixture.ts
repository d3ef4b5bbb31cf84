import type { ReportData, ReportPicture } from '../../src/demo/report/data.js';

/** Scores as 10,000 innocent viewings give them: a bell around 0. */
function bell(): { from: number; step: number; counts: number[]; decoys: number; highest: number } {
  const counts = Array.from({ length: 64 }, (_, i) => {
    const z = -8 + (i + 0.5) * 0.25;
    return Math.round((10_000 * 0.25 * Math.exp((-z * z) / 2)) / Math.sqrt(2 * Math.PI));
  });
  return { from: -8, step: 0.25, counts, decoys: 10_000, highest: 3.9 };
}

/** A run as the demo tells it, with pictures given by the test. */
export function reportFixture(pictures: readonly ReportPicture[]): ReportData {
  return {
    ranAt: '2026-03-01T09:00:07Z',
    ranWith: ['Wardseal 0.0.0', 'Node 26.10.0'],
    people: [
      {
        name: 'Dr Ada Example',
        role: 'Ward doctor',
        organisation: 'Example Trust',
        part: 'takes and sends the photograph',
      },
      {
        name: 'Mr Ben Sample',
        role: 'Plastic surgery registrar',
        organisation: 'Example Trust',
        part: 'views it and advises',
      },
      {
        name: 'Custodian',
        role: 'Program inside the trust',
        organisation: 'Example Trust',
        part: 'files it into the record',
      },
      {
        name: 'Guardians Kim, Lee and Max',
        role: 'Recovery, any 2 of 3',
        organisation: 'Example Trust',
        part: 'open it together if all else fails',
      },
    ],
    steps: [
      { title: 'Make the people', result: '2 people, a custodian, 3 guardians', ms: 41 },
      { title: 'Strip the photograph', result: 'its very pixels; removed exif, gps, maker-note', ms: 12 },
      { title: 'Seal it', result: '271 kB for 3 people and 3 guardians', ms: 88 },
      { title: 'Trace the leak', result: 'Mr Ben Sample', ms: 1840 },
    ],
    photograph: {
      description: 'the sample retina photograph',
      licence: 'CC0 1.0 (M. Häggström, by way of scikit-image)',
      width: 1411,
      height: 1411,
      route: 'rebuilt',
      removed: ['exif', 'gps', 'maker-note'],
    },
    pictures,
    psnr: 45.1,
    sealed: {
      recipients: ['Dr Ada Example', 'Mr Ben Sample', 'the custodian', 'any 2 of 3 guardians'],
      protection: 'post-quantum (X25519 and ML-KEM-768), signed by the sender',
      bytes: 271_330,
    },
    decision: {
      permitted: true,
      headline: 'Allowed',
      lines: ['A member of the team to whom it was sent may view it'],
      obligations: [
        'show the overlay around the picture',
        'write the viewing into the log before it opens',
        'show it for at most 15 minutes',
      ],
      policy: {
        id: 'nhs-clinical-pictures',
        version: 1,
        digest: 'sha256:9f2b7c44d0a1e85f6b3c9d2e7a8f1b0c4d5e6f7a8b9c0d1e2f3a4b5c6d7e8f90',
      },
      evaluatedAt: '2026-03-01T09:00:01Z',
    },
    log: {
      index: 4,
      type: 'image.view',
      size: 7,
      root: 'CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=',
      checkpoint:
        'log.example-trust.example/audit\n7\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n\n— log.example-trust.example/audit Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=\n',
      receiptChecks: ['its own nonce', 'the person', 'the picture', 'the header’s digest'],
      proofFile: 'view.tlog-proof',
      command: 'wardseal-audit verify audit',
      verified: '7 entries, no fault',
    },
    trace: {
      verdict: 'match',
      viewing: 'viewing-6f1d2c3b',
      person: 'Mr Ben Sample',
      at: '2026-03-01T09:00:02Z',
      z: 31.4,
      p: 3.2e-213,
      invented: 999,
      candidates: 1000,
      runnerUp: 3.1,
      nullScores: bell(),
      attack: 'scaled down to 1,600 pixels and saved as JPEG of quality 70, as a messaging app does',
    },
    link: {
      purpose: 'a GP without an account: one use, 48 hours, a passcode sent by another way',
      first: { at: '2026-03-01T09:00:04Z', result: 'It opened.' },
      second: { at: '2026-03-01T09:00:05Z', code: 'LINK_SPENT', result: 'Refused: its one use was spent.' },
    },
    tamper: [
      { what: 'a tile of the log', noticed: true, code: 'TILE_INVALID', result: 'The log no longer verifies.' },
      { what: 'the sealed file', noticed: true, code: 'PAYLOAD_INVALID', result: 'It does not open.' },
    ],
    recovery: { needed: 2, seats: 3, used: ['Kim', 'Max'], result: 'opened it, byte for byte the same.' },
    files: [
      {
        path: 'photo.age',
        what: 'the sealed photograph',
        bytes: 271_330,
        sha256: '0e5751c026e543b2e8ab2eb06099daa1d1e5df47778f7787faab45cdf12fe3a8',
      },
      {
        path: 'audit/checkpoint',
        what: 'the signed head of the log',
        bytes: 214,
        sha256: '64ec88ca00b268e5ba1a35678a1b5316d212f4f366b2477232534a8aeca37f3c',
      },
    ],
  };
}
