export {
  type AttackGroup,
  type AttackOptions,
  attackSuite,
  FULL_SIZE,
  type JpegRoundTrip,
  type NamedAttack,
} from './attacks.js';
export { type CollusionOptions, collusionSuite, type NamedCollusion } from './collusion.js';
