export { type AddressRange, formatAddress, inRange, matchCidr, parseAddress, parseCidr } from './cidr.js';
export { clientAddress } from './client-address.js';
export {
  checkFence,
  type FenceState,
  type Fix,
  fenceState,
  MAX_FENCE_METRES,
  MAX_FENCE_POINTS,
  type Point,
} from './fence.js';
export {
  createPlaceEvidence,
  type PlaceConfiguration,
  type PlaceEvidence,
  type PlaceFacts,
  type PlaceSignals,
} from './place-evidence.js';
