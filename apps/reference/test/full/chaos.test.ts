import { chaos } from '../suites/chaos.js';

chaos({ kills: 50, races: 200 });
