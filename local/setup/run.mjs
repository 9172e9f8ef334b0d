/**
 * Shared by the set-up steps: progress lines for the user, and commands whose output is shown only
 * when they fail. Plain JavaScript without dependencies, because it runs before anything is
 * installed.
 */
import { spawn, spawnSync } from 'node:child_process';

/** Interval between progress lines of a long command, in ms. */
const STILL_AT_WORK_MS = 15_000;
/** Number of lines of a failed command's output that are shown. */
const TAIL_LINES = 15;

/** A failure that one sentence explains; printed without a stack. */
export class SetupError extends Error {}

/** Writes progress to standard error: standard output belongs to the command (`status --json`). */
export const say = (text) => process.stderr.write(`${text}\n`);

/** Whether a program exists and ends with code 0. */
export const answers = (program, ...args) =>
  spawnSync(program, args, { stdio: 'ignore' }).status === 0;

/**
 * Runs a command to its end and prints a progress line at regular intervals.
 * @returns null on success, else the end of its output.
 */
export function run(label, program, args, env = {}) {
  return new Promise((resolve) => {
    const child = spawn(program, args, {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, ...env },
    });
    const begun = Date.now();
    let output = '';
    const keep = (chunk) => {
      output = (output + chunk).slice(-20_000);
    };
    child.stdout.on('data', keep);
    child.stderr.on('data', keep);
    const timer = setInterval(
      () => say(`  … still ${label} (${Math.round((Date.now() - begun) / 1000)} s)`),
      STILL_AT_WORK_MS,
    );
    child.once('error', (error) => keep(`\n${error.message}`));
    child.once('close', (code) => {
      clearInterval(timer);
      resolve(code === 0 ? null : output.trim().split('\n').slice(-TAIL_LINES).join('\n'));
    });
  });
}
