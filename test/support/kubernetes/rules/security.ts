/** Rules for the rights of pods and their containers. */
import type { IContainer } from 'kubernetes-models/v1/Container';
import { allContainers, ofKind } from '../manifests.js';
import { forContainers, forPods, type Rule } from './rule.js';

/** Whether a container replaces what its pod says about the user. */
const mayBeRoot = ({
  securityContext: { runAsNonRoot, runAsUser } = {},
}: Pick<IContainer, 'securityContext'>): boolean => runAsNonRoot === false || runAsUser === 0;

const ROLES = ['Role', 'ClusterRole', 'RoleBinding', 'ClusterRoleBinding'];

export const SECURITY_RULES: readonly Rule[] = [
  {
    rule: 'run nothing as root',
    as: 'kube-linter run-as-non-root, Polaris runAsRootAllowed, kube-score container-security-context-user-group-id',
    find: forPods(({ pod }) => {
      const { securityContext: { runAsNonRoot, runAsUser } = {} } = pod;
      const isSafe = runAsNonRoot === true && (runAsUser ?? 0) > 0;
      return isSafe && !allContainers({ pod }).some(mayBeRoot) ? null : 'may run as root';
    }),
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
    as: 'kube-linter privileged-container and privilege-escalation-container, kube-score container-security-context-privileged, Polaris privilegeEscalationAllowed and runAsPrivileged',
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
      pod.securityContext?.seccompProfile?.type === 'RuntimeDefault' &&
      !allContainers({ pod }).some((each) => each.securityContext?.seccompProfile)
        ? null
        : 'has no seccomp profile',
    ),
  },
  {
    rule: 'share nothing with the node',
    as: 'kube-linter host-network, host-pid, host-ipc, docker-sock and sensitive-host-mounts, Polaris hostNetworkSet, hostPIDSet, hostIPCSet, hostPathSet and hostPortSet',
    find: forPods(({ pod }) =>
      [pod.hostNetwork, pod.hostPID, pod.hostIPC].includes(true) ||
      pod.volumes?.some(({ hostPath }) => hostPath) === true ||
      allContainers({ pod }).some(({ ports }) => ports?.some(({ hostPort }) => hostPort))
        ? 'shares something with its node'
        : null,
    ),
  },
  {
    rule: 'change no setting of the kernel, and hide its usual files',
    as: 'kube-linter unsafe-sysctls and unsafe-proc-mount, Polaris procMount',
    find: forPods(({ pod }) =>
      pod.securityContext?.sysctls?.length ||
      allContainers({ pod }).some(
        ({ securityContext }) => (securityContext?.procMount ?? 'Default') !== 'Default',
      )
        ? 'reaches the kernel'
        : null,
    ),
  },
  {
    rule: 'give no pod the token of a service account',
    as: 'Polaris automountServiceAccountToken, kube-linter non-existent-service-account and deprecated-service-account-field',
    find: forPods(({ pod }) =>
      pod.automountServiceAccountToken === false && !pod.serviceAccount && !pod.serviceAccountName
        ? null
        : 'has a token of the API server',
    ),
  },
  {
    rule: 'grant no rights in the API server',
    as: 'kube-linter access-to-secrets and cluster-admin-role-binding, Polaris clusterrolebindingClusterAdmin, rolePodExecAttach and the others for roles',
    find: (manifests) =>
      ROLES.flatMap((kind) => ofKind(manifests, kind)).map(
        ({ kind, metadata: { name } }) => `${kind} ${name} grants rights`,
      ),
  },
];
