/** Describes the machine of a run, for comparisons of its figures with those of another. */
import { cpus, release, totalmem, type } from 'node:os';
import type { Machine } from '../record/run-record.js';

/** @param versions of the engines used; Node's own is added. */
export function describeMachine(versions: Readonly<Record<string, string>>): Machine {
  const [first, ...others] = cpus();
  return {
    cpu: first?.model.trim() ?? 'unknown',
    cores: others.length + (first ? 1 : 0),
    memoryGb: Math.round(totalmem() / 2 ** 30),
    os: `${type()} ${release()}`,
    versions: { node: process.versions.node, ...versions },
  };
}
