export { type AttackOptions, attackSuite, type JpegRoundTrip, type NamedAttack } from './attacks.js';
