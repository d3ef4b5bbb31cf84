import { chaos } from '../../suites/chaos.js';

chaos({ kills: 3, races: 6 });
