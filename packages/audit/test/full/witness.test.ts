import { it } from 'vitest';
import { hostileRequests } from '../support/hostile-requests.js';

it('50,000 hostile requests get a status of the specification and change nothing', () => hostileRequests(50_000));
