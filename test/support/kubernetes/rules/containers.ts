/** Rules for containers: resources, images, variables and probes. */
import type { IContainer } from 'kubernetes-models/v1/Container';
import type { IProbe } from 'kubernetes-models/v1/Probe';
import { findServices } from '../manifests.js';
import { forContainers, type Rule } from './rule.js';

/** A name in a variable for which a value must not be in a manifest. */
const SECRET = /TOKEN|PASSWORD|SECRET|_URL$|REDISCLI_AUTH/;
/** Addresses without a password. */
const OPEN_URL = /^https?:\/\/[^@]+$/;

const RESOURCES: Rule[] = [
  {
    rule: 'request and limit processor time and memory',
    as: 'kube-linter unset-cpu-requirements and unset-memory-requirements, kube-score container-resources, Polaris cpuRequestsMissing, cpuLimitsMissing, memoryRequestsMissing and memoryLimitsMissing',
    find: forContainers(({ resources: { requests, limits } = {} }) =>
      requests?.['cpu'] && requests['memory'] && limits?.['cpu'] && limits['memory']
        ? null
        : 'lacks a request or a limit',
    ),
  },
  {
    rule: 'name a version of every image',
    as: 'kube-linter latest-tag, kube-score container-image-tag, Polaris tagNotSpecified',
    find: forContainers(({ image = '' }) =>
      /(?::[\w.-]+|@sha256:[0-9a-f]{64})$/.test(image) && !image.endsWith(':latest')
        ? null
        : `has the image ${image}, without a version`,
    ),
  },
  {
    rule: 'hold no secret in a variable',
    as: 'kube-linter env-var-secret, Polaris sensitiveContainerEnvVar',
    find: forContainers(({ env = [] }) => {
      const open = env.find(
        ({ name, value }) => value !== undefined && SECRET.test(name) && !OPEN_URL.test(value),
      );
      return open ? `has the value of ${open.name} in the manifest` : null;
    }),
  },
  {
    rule: 'set no variable twice',
    as: 'kube-linter duplicate-env-var, kube-score environment-variable-key-duplication',
    find: forContainers(({ env = [] }) => {
      const names = env.map(({ name }) => name);
      const twice = names.find((name, index) => names.indexOf(name) !== index);
      return twice === undefined ? null : `sets ${twice} twice`;
    }),
  },
];

/** The question that a probe asks, without its periods. */
const toQuestion = ({ httpGet, exec, tcpSocket, grpc }: IProbe = {}): string =>
  JSON.stringify([httpGet, exec, tcpSocket, grpc]);

const isProbedAlike = ({ livenessProbe, readinessProbe }: IContainer): boolean =>
  livenessProbe !== undefined && toQuestion(livenessProbe) === toQuestion(readinessProbe);

/** The lowest port that a process without privileges may open. */
const LOWEST_PORT = 1_024;

const PROBES: Rule[] = [
  {
    rule: 'have a start-up, a liveness and a readiness probe',
    as: 'kube-linter no-liveness-probe, no-readiness-probe and no-startup-probe, kube-score pod-probes, Polaris livenessProbeMissing and readinessProbeMissing',
    find: (manifests) =>
      findServices(manifests).flatMap(({ title, pod }) =>
        pod.containers
          .filter((each) => !each.startupProbe || !each.livenessProbe || !each.readinessProbe)
          .map(({ name }) => `${title}, container ${name} lacks a probe`),
      ),
  },
  {
    rule: 'ask another question for liveness than for readiness',
    as: 'kube-score pod-probes-identical',
    find: forContainers((container) =>
      isProbedAlike(container) ? 'is restarted when it is not ready' : null,
    ),
  },
  {
    rule: 'probe ports that the container has',
    as: 'kube-linter liveness-port, readiness-port and startup-port, kube-score container-ports-check',
    find: forContainers(({ ports = [], startupProbe, livenessProbe, readinessProbe }) => {
      const known = ports.flatMap(({ name, containerPort }) => [name, containerPort]);
      const unknown = [startupProbe, livenessProbe, readinessProbe].find(
        (probe) => probe?.httpGet && !known.includes(probe.httpGet.port as string),
      );
      return unknown ? `probes the port ${String(unknown.httpGet?.port)}, which it lacks` : null;
    }),
  },
  {
    rule: 'listen on ports that exist and need no privileges',
    as: 'kube-linter privileged-ports and ssh-port, the API server',
    find: forContainers(({ ports = [] }) => {
      const wrong = ports.find(
        ({ containerPort: port }) => !Number.isInteger(port) || port < LOWEST_PORT || port > 65_535,
      );
      return wrong ? `listens on the port ${wrong.containerPort}` : null;
    }),
  },
];

export const CONTAINER_RULES: readonly Rule[] = [...RESOURCES, ...PROBES];
