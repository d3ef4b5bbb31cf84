import { entryRule, type FlagRule } from './rule.js';

/** Somebody looks at content from outside the places where that is expected. */
export function outsideGeofenceRule(): FlagRule {
  return entryRule(
    {
      id: 'outside-geofence',
      title: 'Outside the geofence',
      why: 'Content was shown outside the places the trust named. On call from home is a good answer.',
      parameters: {},
    },
    ({ seen, entry: { leaf } }) =>
      seen && leaf.geofence === 'outside' ? { reason: 'looked at content while outside the geofence' } : null,
  );
}
