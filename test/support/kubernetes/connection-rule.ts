/** Compares the connections of all processes with those that PostgreSQL accepts. */
import { PATIENTS_OPTIONS } from '../../../patients/config.js';
import type { Check } from './drift-rules.js';
import { findRunning } from './environment.js';
import { getWorkload, ofKind, type Manifest } from './manifests.js';

/**
 * The largest number of connections of a process: the sum of its pools in patients/connect.ts,
 * monitor/connections.ts with monitor/inspect/inspection.ts, and payments/connections.ts.
 */
const CONNECTIONS: Readonly<Record<string, number>> = {
  'patients/main.ts': 1 + (PATIENTS_OPTIONS.readPoolMax.default ?? 0),
  'monitor/main.ts': 4 + 2 + 1 + 1 + 2,
  'payments/main.ts': 4,
  'deploy/prepare-database.ts': 1,
};
/** PostgreSQL keeps 3 for superusers; a backup and a person with psql need one each. */
const RESERVED = 3 + 2;
/** The usual value of PostgreSQL. */
const USUAL_MAX = 100;

/** The most pods of a workload: of an autoscaler, and one more during an update. */
const countMost = (manifests: readonly Manifest[], name: string): number => {
  const scaler = ofKind(manifests, 'HorizontalPodAutoscaler').find(
    ({ spec }) => spec?.scaleTargetRef?.name === name,
  );
  const { replicas } = getWorkload(manifests, name).spec;
  return scaler ? (scaler.spec?.maxReplicas ?? 0) + 1 : (replicas ?? 1);
};

const findMax = (manifests: readonly Manifest[]): number => {
  const [cluster] = ofKind(manifests, 'Cluster');
  const parameters = cluster?.spec?.postgresql?.parameters ?? {};
  return Number(parameters['max_connections'] ?? USUAL_MAX);
};

/** PostgreSQL accepts the connections of all pods at once. */
export const connectionsFit: Check = (manifests) => {
  const perWorkload = new Map(
    findRunning(manifests)
      .filter(({ program }) => program in CONNECTIONS)
      .map(({ workload, program }) => [workload.name, CONNECTIONS[program] ?? 0]),
  );
  const needed = [...perWorkload].reduce(
    (sum, [name, each]) => sum + each * countMost(manifests, name),
    RESERVED,
  );
  const max = findMax(manifests);
  return needed <= max ? [] : [`The pods need ${needed} connections, PostgreSQL accepts ${max}`];
};
