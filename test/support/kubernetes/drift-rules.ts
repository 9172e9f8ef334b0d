/**
 * Rules that compare the manifests with the services: options, members, ports, ends and starts.
 * Each is a function from the manifests to a list of problems.
 */
import { PATIENTS_OPTIONS } from '../../../patients/config.js';
import { PAYMENTS_OPTIONS } from '../../../payments/config.js';
import { PROGRAM_OPTIONS } from '../image-programs.js';
import { findPods, findRunning, type Running } from './environment.js';
import { findServices, getManifest, getWorkload, ofKind, type Manifest } from './manifests.js';

export type Check = (manifests: readonly Manifest[]) => string[];

/** Every variable is an option of its program, and the program accepts all values. */
export const optionsAreKnown: Check = (manifests) =>
  findRunning(manifests).flatMap(({ title, program, env }) => {
    const options = PROGRAM_OPTIONS[program];
    if (!options) return [`${title} runs ${program}, which is not a program of ours`];
    const known = new Set(Object.values(options.table).map((option) => option.env));
    const problems = Object.keys(env)
      .filter((name) => !known.has(name))
      .map((name) => `${title}: ${program} has no option ${name}`);
    try {
      options.load(env);
    } catch (error) {
      problems.push(`${title}: ${(error as Error).message}`);
    }
    return problems;
  });

/** `server_1=http://server-1.server:5001,…`: the pods of a StatefulSet with their addresses. */
function toMembers(manifests: readonly Manifest[], name: string, port: string): string {
  const workload = getWorkload(manifests, name);
  return findPods(workload)
    .map(
      ({ name: pod, number }) =>
        `${name}_${number}=http://${pod}.${workload.spec.serviceName}:${port}`,
    )
    .join(',');
}

const ofProgram = (manifests: readonly Manifest[], program: string): Running[] =>
  findRunning(manifests).filter((each) => each.program === program);

/** Every monitor names all replicas, all monitors and the instances, with their ports. */
export const membersAreThere: Check = (manifests) => {
  const ports = (program: string): string => ofProgram(manifests, program)[0]?.env['PORT'] ?? '';
  const wanted = {
    REPLICAS: toMembers(manifests, 'server', ports('payments/main.ts')),
    MONITORS: toMembers(manifests, 'monitor', ports('monitor/main.ts')),
    PATIENTS: `patients=http://patients:${ports('patients/main.ts')}`,
  };
  const lists = ofProgram(manifests, 'monitor/main.ts').flatMap(({ title, env }) =>
    Object.entries(wanted)
      .filter(([name, list]) => env[name] !== list)
      .map(([name, list]) => `${title}: ${name} is ${env[name]}, not ${list}`),
  );
  const ids = ['payments/main.ts', 'monitor/main.ts'].flatMap((program) =>
    ofProgram(manifests, program)
      .filter(({ title, env }) => !title.startsWith(`${env['ID']?.replace('_', '-')},`))
      .map(({ title, env }) => `${title} has the id ${env['ID']}`),
  );
  const even = (getWorkload(manifests, 'monitor').spec.replicas ?? 1) % 2 === 0;
  return [...lists, ...ids, ...(even ? ['The number of monitors is even'] : [])];
};

/** A service listens on the port that its container states, on all interfaces. */
export const portsAgree: Check = (manifests) =>
  findRunning(manifests)
    .filter(({ container }) => container.ports !== undefined)
    .flatMap(({ title, container, env }) => {
      const [port] = container.ports ?? [];
      return env['PORT'] === String(port?.containerPort) && env['HOST'] === '0.0.0.0'
        ? []
        : [`${title} listens on ${env['HOST']}:${env['PORT']}, not on port ${port?.containerPort}`];
    });

/** The longest orderly end of a service, in ms. */
const LONGEST_END_MS = Math.max(
  PATIENTS_OPTIONS.shutdownMs.default ?? 0,
  PAYMENTS_OPTIONS.shutdownMs.default ?? 0,
);

/** Kubernetes kills a pod after its grace period, which contains the pause of preStop. */
export const endsAreOrderly: Check = (manifests) =>
  findServices(manifests).flatMap(({ title, pod }) => {
    const pauseS = Math.max(
      ...pod.containers.map((each) => each.lifecycle?.preStop?.sleep?.seconds ?? 0),
    );
    const graceMs = ((pod.terminationGracePeriodSeconds ?? 30) - pauseS) * 1_000;
    return graceMs > LONGEST_END_MS ? [] : [`${title} is killed after ${graceMs} ms`];
  });

/** A pod that clients reach through a Service waits until no node sends it new connections. */
export const requestsAreDrained: Check = (manifests) => {
  const reached = ['patients', 'monitor'];
  return findServices(manifests)
    .filter(({ name }) => reached.includes(name))
    .filter(({ pod }) => !pod.containers.every((each) => each.lifecycle?.preStop?.sleep))
    .map(({ title }) => `${title} refuses connections while it ends`);
};

/** Every service with a database waits for the migrations, and the migrations for PostgreSQL. */
export const startsAreOrdered: Check = (manifests) =>
  findRunning(manifests)
    .filter(
      ({ program, env }) => 'DATABASE_URL' in env && program !== 'deploy/wait-for-database.ts',
    )
    .flatMap(({ title, program, workload }) => {
      const wanted = program === 'deploy/prepare-database.ts' ? 'connection' : undefined;
      const waits = findRunning(manifests).some(
        (each) =>
          each.workload.title === workload.title &&
          each.program === 'deploy/wait-for-database.ts' &&
          workload.pod.initContainers?.some(({ name }) => name === each.container.name) &&
          each.env['WAIT_FOR'] === wanted,
      );
      return waits ? [] : [`${title} does not wait for the database`];
    });

/** The paths that the probes of all containers request. */
export const findProbePaths = (manifests: readonly Manifest[]): Set<string> =>
  new Set(
    findRunning(manifests).flatMap(({ container }) =>
      [container.startupProbe, container.livenessProbe, container.readinessProbe].flatMap(
        (probe) => probe?.httpGet?.path ?? [],
      ),
    ),
  );

/** Liveness must not depend on engines: only readiness asks for them. */
export const probesHaveTheirMeaning: Check = (manifests) =>
  findRunning(manifests)
    .filter(({ container }) => container.ports !== undefined)
    .flatMap(({ title, container: { startupProbe, livenessProbe, readinessProbe } }) => {
      const paths = [startupProbe, livenessProbe, readinessProbe].map(
        (each) => each?.httpGet?.path,
      );
      return paths.join(' ') === '/livez /livez /readyz'
        ? []
        : [`${title} probes ${paths.join(' ')}`];
    });

/** The ConfigMap has no key that no container uses. */
export const settingsAreUsed: Check = (manifests) => {
  const text = JSON.stringify(manifests.filter(({ kind }) => kind !== 'ConfigMap'));
  return ofKind(manifests, 'ConfigMap').flatMap(({ data = {} }) =>
    Object.keys(data)
      .filter((key) => !text.includes(`"key":"${key}"`))
      .map((key) => `The setting ${key} is used nowhere`),
  );
};

/** The link to the console names the port of the Service that an operator forwards. */
export const consoleIsLinked: Check = (manifests) => {
  const { spec } = getManifest(manifests, 'Service', 'console');
  const wanted = `http://127.0.0.1:${spec?.ports?.[0]?.port}`;
  return ofProgram(manifests, 'patients/main.ts')
    .filter(({ env }) => env['MONITOR_URL'] !== wanted)
    .map(({ title, env }) => `${title} links ${env['MONITOR_URL']}, not ${wanted}`);
};
