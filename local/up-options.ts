/** Parses the arguments of `npm start --`. */
import { BALANCERS, type BalancerName } from '../shared/balancer/pool.js';
import type { Shape } from './plan.js';
import { parseProgramOptions, UP_OPTIONS } from './program-options.js';

export interface UpOptions extends Shape {
  faults: boolean;
}

const toBalancer = (text: string): BalancerName | null =>
  BALANCERS.find((name) => name === text) ?? null;

/** @throws StartError with exit code 4 and the usage. */
export function parseUpOptions(words: readonly string[]): UpOptions {
  const options = parseProgramOptions('npm start', UP_OPTIONS, words);
  return {
    monitors: Number(options.monitors),
    replicas: Number(options.replicas),
    patients: Number(options.patients),
    gateway: options.gateway === 'http' ? 'http' : 'simulated',
    balancer: toBalancer(options.balancer),
    record: options.standby ? 'cluster' : 'single',
    queue: options.standby ? 'group' : 'single',
    measurements: options.measurements === true,
    faults: options.faults === 'on',
  };
}
