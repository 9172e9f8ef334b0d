/** Duplicated (I1): one request, identified by its key, has more than one row. */
import { findRepeated, type Checker, type Recorded } from './recorded.js';

export const findDuplicated: Checker = (history) => findRepeated(keys(history));

function* keys({ payments }: Recorded): Generator<string> {
  for (const { key } of payments) yield key;
}
