/**
 * The last step of the build of the container image: deletes the packages that the image does not
 * need, among them the tools that run this program.
 */
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../local/root.js';
import { findUnneeded, type LockRows } from './image-packages.js';

const text = readFileSync(join(ROOT, 'package-lock.json'), 'utf8');
const unneeded = findUnneeded((JSON.parse(text) as { packages: LockRows }).packages);
for (const place of unneeded) rmSync(join(ROOT, place), { recursive: true, force: true });
process.stdout.write(`${unneeded.length} packages of the lock file are not in the image.\n`);
