/** Duplicated (I1): one request, identified by its key, has more than one row. */
import { repeated, type Checker, type Recorded } from './recorded.js';

export const duplicated: Checker = (history) => repeated(keys(history));

function* keys({ payments }: Recorded): Generator<string> {
  for (const { key } of payments) yield key;
}
