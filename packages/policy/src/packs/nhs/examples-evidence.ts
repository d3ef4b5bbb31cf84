import type { PolicyTest } from '../../document.js';
import type { Change, Example } from './example.js';
import type { NhsSource } from './vocabulary.js';

const forbidden = (rule: string): PolicyTest['expect'] => ({ decision: false, outcome: 'forbidden', rules: [rule] });
const sensitive = (sensitivity: string): Change => ({ subject: { assurance: 3 }, resource: { sensitivity } });

/** Examples of rules that need evidence: told only where the trust has it. */
export const evidenceExamples = (example: Example): Readonly<Record<NhsSource, readonly PolicyTest[]>> => ({
  'device-management': [
    example(
      'A copy is taken on a managed device at the trust',
      'download',
      { context: { device: 'managed', network: 'organisation' } },
      { decision: true, rules: ['DL-01'], obligations: ['watermark', 'share-mark'] },
    ),
    example(
      'No copy is taken from home',
      'download',
      { context: { device: 'managed' } },
      { decision: false, outcome: 'not-permitted' },
    ),
    example('A device nobody knows shows nothing', 'view', { context: { device: 'unknown' } }, forbidden('NO-30')),
    example('A private phone shows nothing sensitive', 'view', sensitive('sensitive'), forbidden('NO-20')),
  ],
  country: [
    example(
      'A view from an unknown country',
      'view',
      { context: { country: { network: 'none', device: 'none' } } },
      forbidden('NO-22'),
    ),
  ],
  fence: [
    example(
      'An intimate item, and nothing shows where the reader is',
      'view',
      sensitive('intimate'),
      forbidden('NO-23'),
    ),
  ],
  'training-feed': [
    example('Training has run out', 'view', { subject: { trainedUntil: '2026-03-01T00:00:00Z' } }, forbidden('NO-21')),
  ],
  'own-record-feed': [
    example('Nobody looks at their own record', 'view', { context: { ownRecord: true } }, forbidden('NO-17')),
  ],
});
