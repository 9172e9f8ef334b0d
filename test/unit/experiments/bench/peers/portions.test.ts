import { expect, test } from '@jest/globals';
import { portionsOf } from '../../../../../experiments/bench/peers/portions.js';

test.each([
  { items: [1, 2, 3, 4, 5], size: 2, portions: [[1, 2], [3, 4], [5]] },
  { items: [1, 2], size: 2, portions: [[1, 2]] },
  { items: [1], size: 2, portions: [[1]] },
  { items: [], size: 2, portions: [] },
])('$items in portions of $size', ({ items, size, portions }) => {
  expect(portionsOf(items, size)).toEqual(portions);
});
