/** Payment ids for tests of the queue that need no payments: each has a name. */
import { createHash } from 'node:crypto';

const names = new Map<string, string>();

/** The same id for the same name. */
export function idOf(name: string): string {
  const hash = createHash('sha256').update(name).digest('hex');
  const id = [
    hash.slice(0, 8),
    hash.slice(8, 12),
    hash.slice(12, 16),
    hash.slice(16, 20),
    hash.slice(20, 32),
  ].join('-');
  names.set(id, name);
  return id;
}

/** The name of an id that `idOf` gave. */
export const nameOf = (id: string): string => names.get(id) ?? id;
