/**
 * `relevo doctor` before the packages are installed: the checks that need no packages. The full
 * doctor, in cli/doctor/, needs them. Plain JavaScript without dependencies.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { findProgram, REDIS_SERVERS } from './programs.mjs';

function findings(root) {
  const missing = existsSync(join(root, 'node_modules'))
    ? 'differ from package-lock.json'
    : 'are not installed';
  const redis = findProgram(REDIS_SERVERS);
  return [
    { level: 'ok', subject: 'Node.js', says: process.versions.node, fix: null },
    {
      level: 'problem',
      subject: 'packages',
      says: `The packages ${missing}; checks that need them were skipped.`,
      fix: 'npm ci',
    },
    redis || process.env.REDIS_URL
      ? { level: 'ok', subject: 'Redis', says: redis ?? 'REDIS_URL', fix: null }
      : {
          level: 'problem',
          subject: 'Redis',
          says: 'There is no redis-server and no valkey-server.',
          fix: 'npm run relevo -- setup',
        },
  ];
}

/** Prints the findings. @returns the exit code. */
export function reportBare(root, json) {
  const found = findings(root);
  if (json)
    process.stdout.write(`${JSON.stringify({ healthy: false, findings: found }, null, 2)}\n`);
  else
    for (const { level, subject, says, fix } of found)
      process.stdout.write(
        `${level.padEnd(8)} ${subject.padEnd(10)} ${says}${fix ? `\n         fix: ${fix}` : ''}\n`,
      );
  return 1;
}
