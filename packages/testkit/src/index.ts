export { type FakeClock, fakeClock } from './clock.js';
