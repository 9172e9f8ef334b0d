/**
 * Rules for docker-compose.yml, each a function from the file to a list of problems, which is empty
 * when all is well. The file is a parameter, so that a test can show that each rule finds its
 * problem.
 */
import { CONFIG_FOLDER, RUN_FOLDER } from '../../../deploy/balancer.js';
import { servicePlaces, type Place, type Shape } from '../../../local/plan.js';
import { PATIENTS_OPTIONS } from '../../../patients/config.js';
import { PAYMENTS_OPTIONS } from '../../../payments/config.js';
import { PROGRAM_OPTIONS } from '../../support/image-programs.js';
import {
  environmentOf,
  imageHasHealthcheck,
  programOf,
  type ComposeFile,
  type Service,
} from './compose-file.js';

export type Check = (file: ComposeFile) => string[];

/** The services and replicas that the file describes. */
const SHAPE: Shape = {
  monitors: 3,
  replicas: 3,
  patients: 2,
  gateway: 'http',
  balancer: 'haproxy',
};
/** Where a monitor finds the files of deploy/haproxy. */
const BALANCER_FOLDER = '/etc/relevo/balancer';
/** The variables as deploy/make-env.sh creates them. */
const ENV = {
  POSTGRES_PASSWORD: 'p4ss',
  REDIS_PASSWORD: 'r3dis',
  API_TOKEN: 'a',
  OPERATOR_TOKEN: 'o',
  INTERNAL_TOKEN: 'i',
};
const URLS_OF_ENGINES = {
  DATABASE_URL: 'postgresql://relevo:p4ss@postgres:5432/relevo',
  REDIS_URL: 'redis://:r3dis@redis:6379',
};

const servicesOf = (file: ComposeFile): [string, Service][] => Object.entries(file.services);
/** `server_1` runs at the host `server-1`: host names must not contain underscores. */
const hostOf = (id: string): string => id.replace('_', '-');
const membersOf = (places: readonly Place[], kind: Place['kind']): string =>
  places
    .filter((place) => place.kind === kind)
    .map(({ name, fixedPort }) => `${name}=http://${hostOf(name)}:${fixedPort}`)
    .join(',');

/** Every variable of a service is one of its options, and no required option is missing. */
export const optionsAreKnown: Check = (file) =>
  servicesOf(file).flatMap(([name, service]) => {
    const main = programOf(service);
    if (main === null) return [];
    const program = PROGRAM_OPTIONS[main];
    if (!program) return [`${name} runs ${main}, which is not a program of ours`];
    const env = environmentOf(service, ENV);
    const known = new Set(Object.values(program.table).map((option) => option.env));
    const problems = Object.keys(env)
      .filter((key) => !known.has(key))
      .map((key) => `${name}: ${main} has no option ${key}`);
    try {
      program.load(env);
    } catch (error) {
      problems.push(`${name}: ${(error as Error).message}`);
    }
    return problems;
  });

/**
 * Every member of the set exists under its name and port, is reachable by the others, and has the
 * addresses of the others.
 */
export const membersAreThere: Check = (file) => {
  const places = servicePlaces(SHAPE);
  const lists = {
    REPLICAS: membersOf(places, 'payments'),
    MONITORS: membersOf(places, 'monitor'),
    PATIENTS: membersOf(places, 'patients'),
  };
  const wanted = (place: Place): Record<string, string> => ({
    ID: place.name,
    PORT: String(place.fixedPort),
    HOST: '0.0.0.0',
    ...(place.kind === 'gateway' ? {} : URLS_OF_ENGINES),
    ...(place.kind === 'monitor' ? { ...lists, BALANCER_FOLDER } : {}),
    ...(place.kind === 'patients' ? { TRUST_PROXY: 'uniquelocal' } : {}),
    ...(place.kind === 'payments' ? { GATEWAY: 'http', GATEWAY_URL: 'http://gateway:5100' } : {}),
  });
  return places.flatMap((place) => {
    const service = file.services[hostOf(place.name)];
    if (!service) return [`${place.name} is missing`];
    const env = environmentOf(service, ENV);
    const wrong = Object.entries(wanted(place)).filter(([key, value]) => env[key] !== value);
    const program =
      programOf(service) === `${place.kind}/main.ts`
        ? []
        : [`${place.name} runs ${programOf(service)}`];
    return [
      ...program,
      ...wrong.map(([key, value]) => `${place.name}: ${key} is ${env[key]}, not ${value}`),
    ];
  });
};

/**
 * The balancer and the monitors share the generated files and the folder of its sockets, and only
 * the balancer publishes the API.
 */
export const balancerIsShared: Check = (file) => {
  const config = './deploy/haproxy';
  const wanted = servicesOf(file).flatMap(([name, service]): [string, string][] => {
    if (name === 'balancer') return [[name, `${config}:${CONFIG_FOLDER}:ro`]];
    return programOf(service) === 'monitor/main.ts'
      ? [[name, `${config}:${BALANCER_FOLDER}:ro`]]
      : [];
  });
  const missing = wanted.flatMap(([name, mount]) =>
    [mount, `balancer:${RUN_FOLDER}`]
      .filter((volume) => !file.services[name]?.volumes?.includes(volume))
      .map((volume) => `${name} does not mount ${volume}`),
  );
  const open = servicesOf(file).filter(
    ([, service]) => programOf(service) === 'patients/main.ts' && service.ports !== undefined,
  );
  // An instance trusts the forwarded address of every container, so that clients must not reach it.
  return [...missing, ...open.map(([name]) => `${name} can be reached without the balancer`)];
};

/** Its own health check, or that of our image. */
const hasHealthcheck = (service: Service): boolean => {
  const { disable = false, test } = service.healthcheck ?? {};
  return !disable && (test !== undefined || (programOf(service) !== null && imageHasHealthcheck()));
};

/** The link to the console of an instance names a port that a monitor publishes. */
export const consoleIsLinked: Check = (file) => {
  const monitors = servicesOf(file).filter(([name]) => name.startsWith('monitor-'));
  const published = monitors.flatMap(([, { ports = [] }]) => ports);
  return servicesOf(file).flatMap(([name, service]) => {
    if (programOf(service) !== 'patients/main.ts') return [];
    const url = environmentOf(service, ENV)['MONITOR_URL'] ?? '';
    const port = /^http:\/\/127\.0\.0\.1:(\d+)$/.exec(url)?.[1];
    return published.some((each) => each.split(':').at(-2) === port)
      ? []
      : [`${name} links ${url}, which no monitor publishes`];
  });
};

/** Every service that stays up has a health check; a job that ends cannot have one. */
export const healthIsChecked: Check = (file) =>
  servicesOf(file)
    .filter(([, service]) => service.restart !== 'no' && !hasHealthcheck(service))
    .map(([name]) => `${name} has no health check`);

/**
 * Every service waits for the services it needs at its start, and no service waits for a condition
 * that never becomes true.
 */
export const startIsOrdered: Check = (file) =>
  servicesOf(file).flatMap(([name, { environment = {}, depends_on: before = {} }]) => {
    const wanted: Record<string, string> = {
      ...('DATABASE_URL' in environment && name !== 'migrate'
        ? { migrate: 'service_completed_successfully' }
        : {}),
      ...(name === 'migrate' ? { postgres: 'service_healthy' } : {}),
      ...('REDIS_URL' in environment ? { redis: 'service_healthy' } : {}),
      ...('GATEWAY_URL' in environment ? { gateway: 'service_healthy' } : {}),
    };
    const missing = Object.entries(wanted).filter(
      ([other, condition]) => before[other]?.condition !== condition,
    );
    const vain = Object.entries(before).filter(([other, { condition }]) => {
      const service = file.services[other];
      if (!service) return true;
      if (condition === 'service_healthy') return !hasHealthcheck(service);
      return condition === 'service_completed_successfully' && service.restart !== 'no';
    });
    return [
      ...missing.map(([other, condition]) => `${name} does not wait for ${other}: ${condition}`),
      ...vain.map(([other, { condition }]) => `${name} waits in vain for ${other}: ${condition}`),
    ];
  });

const SECRET = /TOKEN|PASSWORD|SECRET/;
const FROM_OUTSIDE = /^\$\{(\w+):\?[^}]+\}$/;

/** Secrets come from outside, and an unset one is an error, never an empty text. */
export const secretsStayOutside: Check = (file) =>
  servicesOf(file).flatMap(([name, { environment = {} }]) =>
    Object.entries(environment).flatMap(([key, value]) => {
      const text = String(value);
      const password = /:\/\/[^/@:]*:(.*)@/.exec(text)?.[1];
      const secret = SECRET.test(key) ? text : password;
      if (secret === undefined) return [];
      const from = FROM_OUTSIDE.exec(secret)?.[1];
      if (from === undefined) return [`${name}: ${key} is in the file, or may be empty`];
      return SECRET.test(key) && from !== key ? [`${name}: ${key} comes from ${from}`] : [];
    }),
  );

/**
 * The container engine kills a service after its grace period, so every service's own shutdown
 * deadline must be shorter.
 */
export const endIsOrderly: Check = (file) =>
  servicesOf(file).flatMap(([name, service]) => {
    const graceMs = Number(/^(\d+)s$/.exec(service.stop_grace_period ?? '')?.[1] ?? 0) * 1_000;
    const ours = programOf(service);
    const longest = Math.max(
      PATIENTS_OPTIONS.shutdownMs.default ?? 0,
      PAYMENTS_OPTIONS.shutdownMs.default ?? 0,
    );
    return graceMs > (ours ? longest : 10_000)
      ? []
      : [`${name} is killed after ${graceMs} ms, before its own deadline`];
  });
