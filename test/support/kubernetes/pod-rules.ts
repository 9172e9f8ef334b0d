/** Rules for pods and their containers: restrictions, resources, images and probes. */
import type { IContainer } from 'kubernetes-models/v1/Container';
import {
  eachContainer,
  findServices,
  findWorkloads,
  type Manifest,
  type Workload,
} from './manifests.js';
import type { Rule } from './rule.js';

/** A rule for every container: the problem as text; null: none. */
const forContainers =
  (judge: (container: IContainer, workload: Workload) => string | null) =>
  (manifests: readonly Manifest[]): string[] =>
    eachContainer(manifests).flatMap(({ title, container, workload }) => {
      const problem = judge(container, workload);
      return problem === null ? [] : [`${title} ${problem}`];
    });

/** A rule for every pod. */
const forPods =
  (judge: (workload: Workload) => string | null) =>
  (manifests: readonly Manifest[]): string[] =>
    findWorkloads(manifests).flatMap((workload) => {
      const problem = judge(workload);
      return problem === null ? [] : [`${workload.title} ${problem}`];
    });

const SECURITY: Rule[] = [
  {
    rule: 'run nothing as root',
    as: 'kube-linter run-as-non-root, Polaris runAsRootAllowed, kube-score container-security-context-user-group-id',
    find: forPods(({ pod: { securityContext: { runAsNonRoot, runAsUser } = {} } }) =>
      runAsNonRoot === true && (runAsUser ?? 0) > 0 ? null : 'may run as root',
    ),
  },
  {
    rule: 'mount no root file system for writing',
    as: 'kube-linter no-read-only-root-fs, kube-score container-security-context-readonlyrootfilesystem, Polaris notReadOnlyRootFilesystem',
    find: forContainers(({ securityContext }) =>
      securityContext?.readOnlyRootFilesystem === true ? null : 'has a writable root',
    ),
  },
  {
    rule: 'allow no privileges',
    as: 'kube-linter privileged-container and privilege-escalation-container, kube-score container-security-context-privileged, Polaris privilegeEscalationAllowed',
    find: forContainers(({ securityContext: { allowPrivilegeEscalation, privileged } = {} }) =>
      allowPrivilegeEscalation === false && privileged !== true ? null : 'may gain privileges',
    ),
  },
  {
    rule: 'drop all capabilities',
    as: 'kube-linter drop-net-raw-capability, Polaris insecureCapabilities and dangerousCapabilities',
    find: forContainers(({ securityContext: { capabilities } = {} }) =>
      capabilities?.drop?.includes('ALL') && !capabilities.add?.length ? null : 'has capabilities',
    ),
  },
  {
    rule: 'filter system calls',
    as: 'kube-score container-seccomp-profile, Polaris linuxHardening',
    find: forPods(({ pod }) =>
      pod.securityContext?.seccompProfile?.type === 'RuntimeDefault'
        ? null
        : 'has no seccomp profile',
    ),
  },
  {
    rule: 'share nothing with the node',
    as: 'kube-linter host-network, host-pid, host-ipc and sensitive-host-mounts, Polaris hostNetworkSet, hostPIDSet, hostIPCSet, hostPathSet and hostPortSet',
    find: forPods(({ pod }) =>
      (pod.hostNetwork ?? pod.hostPID ?? pod.hostIPC) === true ||
      pod.volumes?.some(({ hostPath }) => hostPath) === true ||
      pod.containers.some(({ ports }) => ports?.some(({ hostPort }) => hostPort))
        ? 'shares something with its node'
        : null,
    ),
  },
  {
    rule: 'give no pod the token of a service account',
    as: 'Polaris automountServiceAccountToken, kube-linter access-to-secrets',
    find: forPods(({ pod }) =>
      pod.automountServiceAccountToken === false ? null : 'has a token of the API server',
    ),
  },
];

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

const PROBES: Rule[] = [
  {
    rule: 'have a start-up, a liveness and a readiness probe',
    as: 'kube-linter no-liveness-probe and no-readiness-probe, kube-score pod-probes, Polaris livenessProbeMissing and readinessProbeMissing',
    find: (manifests) =>
      findServices(manifests).flatMap(({ title, pod }) =>
        pod.containers
          .filter((each) => !each.startupProbe || !each.livenessProbe || !each.readinessProbe)
          .map(({ name }) => `${title}, container ${name} lacks a probe`),
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
];

export const POD_RULES: readonly Rule[] = [...SECURITY, ...RESOURCES, ...PROBES];
