import type { EventType } from '../event-codes.js';

/** The acts by which somebody saw, got or passed on a patient's item, or tried to. */
export const ACCESS_TYPES: readonly EventType[] = [
  'image.capture',
  'image.store',
  'image.view',
  'image.list',
  'image.thumbnail',
  'image.download',
  'image.export',
  'image.print',
  'image.share',
  'link.create',
  'link.open',
  'key.release',
  'screenshot.detected',
  'record.attach',
  'access.deny',
  'breakglass.open',
  'send',
  'advise',
  'recall',
  'file',
];

/** The acts by which a report about a patient was handed out (`exportEvent`): who has a copy is the patient's to know. */
export const REPORT_TYPES: readonly EventType[] = ['audit.read', 'sar.export'];

/** Whether an entry says that its act was tried and did not happen. */
export function failed({ type, outcome }: { readonly type: EventType; readonly outcome: string }): boolean {
  return type === 'access.deny' || outcome === 'serious' || outcome === 'major';
}
