/** The packages that the container image keeps, for small lock files. */
import { expect, test } from '@jest/globals';
import { findKept, findUnneeded, type LockRows } from '../../../deploy/image-packages.js';

const LOCK: LockRows = {
  '': {},
  'node_modules/@prisma/client': {
    dependencies: { inner: '1' },
    peerDependencies: { peer: '1', typescript: '5' },
    peerDependenciesMeta: { typescript: { optional: true } },
  },
  'node_modules/inner': { optionalDependencies: { leaf: '2', absent: '1' } },
  'node_modules/inner/node_modules/leaf': { dependencies: { inner: '1', deep: '1' } },
  'node_modules/inner/node_modules/leaf/node_modules/deep': { dependencies: { shared: '1' } },
  'node_modules/inner/node_modules/shared': {},
  'node_modules/leaf': {},
  'node_modules/peer': {},
  'node_modules/shared': {},
  'node_modules/typescript': {},
};

test('the image keeps the packages that a kept package loads, from the nearest place', () => {
  expect([...findKept(LOCK)].toSorted()).toEqual([
    'node_modules/@prisma/client',
    'node_modules/inner',
    'node_modules/inner/node_modules/leaf',
    'node_modules/inner/node_modules/leaf/node_modules/deep',
    'node_modules/inner/node_modules/shared',
    'node_modules/peer',
  ]);
});

test('all others are deleted: another version, and an optional peer', () => {
  expect(findUnneeded(LOCK)).toEqual([
    'node_modules/leaf',
    'node_modules/shared',
    'node_modules/typescript',
  ]);
});
