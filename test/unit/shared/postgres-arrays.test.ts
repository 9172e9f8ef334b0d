/** Parameters of array types, as text: what needs quotes gets them, and nothing in a text ends its element. */
import { plainArray, textArray } from '../../../shared/postgres.js';

test('plain elements stand as they are', () => {
  expect([plainArray([]), plainArray([1, 2]), plainArray([true])]).toEqual(['{}', '{1,2}', '{true}']);
});

test('a text is quoted, its quotes and backslashes escaped; null is not the text NULL', () => {
  expect(textArray(['a', '', null, 'NULL', 'x,y}{', 'say "no"', 'back\\slash'])).toBe(
    '{"a","",NULL,"NULL","x,y}{","say \\"no\\"","back\\\\slash"}',
  );
});
