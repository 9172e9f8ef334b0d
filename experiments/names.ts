/** The names of the experiments, for the completion of a shell, which must not load them. */
export const EXPERIMENT_NAMES = [
  'availability',
  'chaos',
  'failover',
  'bench',
  'growth',
  'haproxy',
  'apache',
  'zookeeper',
  'rolling',
  'sessions',
  'load',
  'capacity',
  'overload',
  'compare',
  'trend',
] as const;
export type ExperimentName = (typeof EXPERIMENT_NAMES)[number];
