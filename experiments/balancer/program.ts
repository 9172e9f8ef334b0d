/** The program of a load balancer, which an experiment needs before it starts anything. */
import { spawnSync } from 'node:child_process';
import { BALANCER_PROGRAMS, findProgram } from '../../local/setup/programs.mjs';
import type { BalancerName } from '../../shared/balancer/pool.js';
import { MissingProgramError } from './missing-program.js';

/** @returns the path of the program. @throws MissingProgramError */
export function requireBalancer(name: BalancerName): string {
  const { label, names, packageName } = BALANCER_PROGRAMS[name];
  const program = findProgram(names);
  if (program !== null) return program;
  throw new MissingProgramError(
    `${label} is missing: install ${packageName} (Debian: apt-get install ${packageName}).`,
  );
}

/** nginx writes its version to standard error. */
export function readBalancerVersion(program: string): string {
  const { stdout, stderr } = spawnSync(program, ['-v'], { encoding: 'utf8' });
  return /(?:version |Apache\/|nginx\/)(\d\S*)/.exec(stdout + stderr)?.[1] ?? 'unknown';
}
