/**
 * Parameters of array types as text: quotes where needed, and no text can end its element early.
 */
import { plainArray, textArray } from '../../../shared/postgres/postgres.js';

test('plain elements are written without quotes', () => {
  expect([plainArray([]), plainArray([1, 2]), plainArray([true])]).toEqual([
    '{}',
    '{1,2}',
    '{true}',
  ]);
});

test('a text is quoted, with quotes and backslashes escaped; null differs from the text NULL', () => {
  expect(textArray(['a', '', null, 'NULL', 'x,y}{', 'say "no"', 'back\\slash'])).toBe(
    '{"a","",NULL,"NULL","x,y}{","say \\"no\\"","back\\\\slash"}',
  );
});
