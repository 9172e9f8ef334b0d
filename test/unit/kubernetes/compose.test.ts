/**
 * docker-compose.yml and the demo overlay describe the same set: programs, settings, limits and
 * engines. Each comparison has a control.
 */
import type { IContainer } from 'kubernetes-models/v1/Container';
import {
  environmentOf,
  readCompose,
  type ComposeFile,
} from '../../integration/deploy/compose-file.js';
import { findRunning } from '../../support/kubernetes/environment.js';
import { getWorkload, type Manifest } from '../../support/kubernetes/manifests.js';
import { renderAll } from '../../support/kubernetes/render.js';
import { describeWith } from '../../support/tools.js';

/** The services of Compose, and the workloads of Kubernetes. */
const PAIRS = {
  'server-1': 'server',
  'monitor-1': 'monitor',
  'patients-1': 'patients',
  'gateway': 'gateway',
  'migrate': 'migrate',
};
/** Variables whose values must differ: names of hosts, and the ids of pods. */
const ADDRESSES = ['ID', 'PORT', 'DATABASE_URL', 'REDIS_URL', 'REPLICAS', 'MONITORS', 'PATIENTS'];
/** Variables whose values differ for a reason. */
const DIFFERENT: Readonly<Record<string, string>> = {
  BALANCER_FOLDER: 'on Kubernetes the Service is the balancer, and it has no states',
  TRUST_PROXY: 'the demo has no balancer that names the address of a client',
};
const SECRETS = {
  POSTGRES_PASSWORD: 'p',
  REDIS_PASSWORD: 'r',
  API_TOKEN: 'a',
  OPERATOR_TOKEN: 'o',
  INTERNAL_TOKEN: 'i',
};

const firstContainer = (manifests: Manifest[], workload: string): IContainer =>
  getWorkload(manifests, workload).pod.containers[0] as IContainer;

/** `256m` of Compose is `256Mi` of Kubernetes. */
const toMemory = (limit: string | undefined): string => (limit ?? '').replace(/m$/, 'Mi');

function compareService(
  file: ComposeFile,
  manifests: Manifest[],
  [service, workload]: [string, string],
): string[] {
  const {
    command,
    mem_limit: memory,
    ...rest
  } = file.services[service] as ComposeFile['services'][string] & { mem_limit?: string };
  const container = firstContainer(manifests, workload);
  const compose = environmentOf({ command, ...rest } as typeof rest, SECRETS);
  const kubernetes = findRunning(manifests).find((each) => each.container === container)?.env ?? {};
  const names = [...new Set([...Object.keys(compose), ...Object.keys(kubernetes)])].filter(
    (name) => !(name in DIFFERENT),
  );
  const hidden = (name: string): boolean => ADDRESSES.includes(name) || name in SECRETS;
  return [
    ...(command?.join(' ') === container.command?.join(' ') ? [] : [`${service}: other command`]),
    ...(toMemory(memory) === container.resources?.limits?.['memory']
      ? []
      : [`${service}: other limit of memory`]),
    ...names
      .filter((name) =>
        hidden(name)
          ? !(name in compose && name in kubernetes)
          : compose[name] !== kubernetes[name],
      )
      .map(
        (name) =>
          `${service}: ${name} is ${compose[name]} with Compose, ${kubernetes[name]} on Kubernetes`,
      ),
  ];
}

/** The engines: their images and their settings. */
function compareEngines(file: ComposeFile, manifests: Manifest[]): string[] {
  const postgres = firstContainer(manifests, 'postgres');
  const redis = firstContainer(manifests, 'redis');
  const args = file.services['redis']?.command?.map((word) =>
    word.startsWith('${REDIS_PASSWORD') ? '$(REDISCLI_AUTH)' : word,
  );
  const initdb = postgres.env?.find(({ name }) => name === 'POSTGRES_INITDB_ARGS')?.value;
  return [
    ...(postgres.image === file.services['postgres']?.image ? [] : ['postgres: other image']),
    ...(initdb === file.services['postgres']?.environment?.['POSTGRES_INITDB_ARGS']
      ? []
      : ['postgres: other initdb']),
    ...(redis.image === file.services['redis']?.image ? [] : ['redis: other image']),
    ...(redis.args?.join(' ') === args?.join(' ') ? [] : ['redis: other arguments']),
  ];
}

const compare = (file: ComposeFile, manifests: Manifest[]): string[] => [
  ...Object.entries(PAIRS).flatMap((pair) => compareService(file, manifests, pair)),
  ...compareEngines(file, manifests),
];

describeWith('kubectl', 'Compose and Kubernetes', () => {
  let demo: Manifest[];
  beforeAll(async () => {
    ({ demo } = await renderAll());
  });

  it('agree', () => {
    expect(compare(readCompose(), demo)).toEqual([]);
  });

  it.each<[string, (file: ComposeFile) => void, RegExp]>([
    [
      'another value',
      (file) => (file.services['server-1']!.environment!['GATEWAY'] = 'simulated'),
      /server-1: GATEWAY is simulated with Compose, http on Kubernetes/,
    ],
    [
      'another variable',
      (file) => (file.services['monitor-1']!.environment!['POLICY'] = 'random'),
      /monitor-1: POLICY is random with Compose, undefined/,
    ],
    [
      'another command',
      (file) => (file.services['gateway']!.command = ['node', 'x.mjs']),
      /gateway: other command/,
    ],
    [
      'another limit',
      (file) => Object.assign(file.services['patients-1']!, { mem_limit: '1g' }),
      /patients-1: other limit of memory/,
    ],
    [
      'another version of PostgreSQL',
      (file) => (file.services['postgres']!.image = 'postgres:18-alpine'),
      /postgres: other image/,
    ],
    [
      'another setting of Redis',
      (file) => (file.services['redis']!.command = ['redis-server']),
      /redis: other arguments/,
    ],
  ])('control: %s is found', (_title, spoil, problem) => {
    const file = structuredClone(readCompose());
    spoil(file);
    expect(compare(file, demo).join('\n')).toMatch(problem);
  });
});
