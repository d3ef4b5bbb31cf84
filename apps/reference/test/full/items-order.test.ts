import { afterAll, beforeAll } from 'vitest';
import { racesAndKills } from '../suites/items-races.js';
import { type ItemsHouse, itemsHouse } from '../support/items-house.js';

let house: ItemsHouse;
beforeAll(async () => {
  house = await itemsHouse();
}, 120_000);
afterAll(async () => {
  await house?.stop();
});

racesAndKills({ races: 200, kills: 50 }, () => house);
