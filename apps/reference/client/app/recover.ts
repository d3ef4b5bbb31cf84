import { start } from './start.js';

start({ recover: true });
