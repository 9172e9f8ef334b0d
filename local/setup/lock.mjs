/**
 * Allows one set-up at a time in a checkout: `npm start` and `npm test` of a fresh clone may start
 * together. The lock is a file with the owner's process id. When the owner has ended, the next
 * set-up takes the lock over.
 */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { say } from './run.mjs';

const POLL_MS = 200;

function ownerIsAlive(file) {
  try {
    process.kill(Number(readFileSync(file, 'utf8')), 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}

function take(file) {
  try {
    writeFileSync(file, String(process.pid), { flag: 'wx' });
    return true;
  } catch (error) {
    if (error.code !== 'EEXIST') throw error;
    return false;
  }
}

/** Runs `work` while it holds the lock. Waits for another set-up to end. */
export async function alone(file, work) {
  mkdirSync(dirname(file), { recursive: true });
  for (let told = false; !take(file); told = true) {
    if (!ownerIsAlive(file)) {
      rmSync(file, { force: true });
      continue;
    }
    if (!told) say('Another set-up is running in this checkout; waiting for it …');
    await delay(POLL_MS);
  }
  const release = () => {
    try {
      rmSync(file, { force: true });
    } catch {
      // The folder was deleted or is read-only: the next set-up finds that this process has ended.
    }
  };
  process.once('exit', release);
  try {
    return await work();
  } finally {
    process.off('exit', release);
    release();
  }
}
