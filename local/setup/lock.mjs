/**
 * One set-up at a time in one checkout: `npm start` and `npm test` of a fresh clone may begin together.
 * The lock is a file with the owner's process id; a lock whose owner is gone is taken over.
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

/** Runs `work` while holding the lock; waits for another set-up to end. */
export async function alone(file, work) {
  mkdirSync(dirname(file), { recursive: true });
  for (let told = false; !take(file); told = true) {
    if (!ownerIsAlive(file)) {
      rmSync(file, { force: true });
      continue;
    }
    if (!told) say('Another set-up is under way here; waiting for it …');
    await delay(POLL_MS);
  }
  const release = () => {
    try {
      rmSync(file, { force: true });
    } catch {
      // The folder is gone or cannot be written: the next set-up finds that this process has ended.
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
