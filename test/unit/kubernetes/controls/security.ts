/** Controls of the rules for the rights of pods. */
import { getWorkload } from '../../../support/kubernetes/manifests.js';
import { container, type Control } from './control.js';

export const SECURITY_CONTROLS: readonly Control[] = [
  {
    rule: 'run nothing as root',
    spoil: (all) => delete getWorkload(all, 'redis').pod.securityContext?.runAsNonRoot,
    problem: /^StatefulSet redis may run as root$/,
  },
  {
    rule: 'mount no root file system for writing',
    spoil: (all) => delete container(all, 'patients').securityContext?.readOnlyRootFilesystem,
    problem: /patients, container patients has a writable root/,
  },
  {
    rule: 'allow no privileges',
    spoil: (all) => Object.assign(container(all), { securityContext: {} }),
    problem: /container payments may gain privileges/,
  },
  {
    rule: 'drop all capabilities',
    spoil: (all) => (container(all).securityContext!.capabilities!.add = ['NET_RAW']),
    problem: /container payments has capabilities/,
  },
  {
    rule: 'filter system calls',
    spoil: (all) => delete getWorkload(all, 'migrate').pod.securityContext?.seccompProfile,
    problem: /Job migrate has no seccomp profile/,
  },
  {
    rule: 'share nothing with the node',
    spoil: (all) => (container(all).ports![0]!.hostPort = 5001),
    problem: /StatefulSet server shares something with its node/,
  },
  {
    rule: 'share nothing with the node',
    spoil: (all) =>
      getWorkload(all, 'server').pod.volumes?.push({ name: 'x', hostPath: { path: '/' } }),
    problem: /StatefulSet server shares something with its node/,
  },
  {
    rule: 'give no pod the token of a service account',
    spoil: (all) => delete getWorkload(all, 'monitor').pod.automountServiceAccountToken,
    problem: /StatefulSet monitor has a token/,
  },
  {
    rule: 'run nothing as root',
    spoil: (all) => (container(all).securityContext!.runAsUser = 0),
    problem: /^StatefulSet server may run as root$/,
  },
  {
    rule: 'filter system calls',
    spoil: (all) => (container(all).securityContext!.seccompProfile = { type: 'Unconfined' }),
    problem: /StatefulSet server has no seccomp profile/,
  },
  {
    rule: 'share nothing with the node',
    spoil: (all) =>
      Object.assign(getWorkload(all, 'server').pod, { hostNetwork: false, hostPID: true }),
    problem: /StatefulSet server shares something with its node/,
  },
  {
    rule: 'change no setting of the kernel, and hide its usual files',
    spoil: (all) =>
      (getWorkload(all, 'redis').pod.securityContext!.sysctls = [
        { name: 'net.core.somaxconn', value: '1024' },
      ]),
    problem: /StatefulSet redis reaches the kernel/,
  },
  {
    rule: 'change no setting of the kernel, and hide its usual files',
    spoil: (all) => (container(all).securityContext!.procMount = 'Unmasked'),
    problem: /StatefulSet server reaches the kernel/,
  },
  {
    rule: 'give no pod the token of a service account',
    spoil: (all) => (getWorkload(all, 'monitor').pod.serviceAccountName = 'admin'),
    problem: /StatefulSet monitor has a token/,
  },
  {
    rule: 'grant no rights in the API server',
    spoil: (all) =>
      all.push({
        apiVersion: 'rbac.authorization.k8s.io/v1',
        kind: 'RoleBinding',
        metadata: { name: 'edit' },
      }),
    problem: /RoleBinding edit grants rights/,
  },
];
