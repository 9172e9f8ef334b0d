/** For each rule a change to the manifests that breaks it, and the problem that must be found. */
import type { IContainer } from 'kubernetes-models/v1/Container';
import {
  getManifest,
  getWorkload,
  ofKind,
  type Manifest,
  type Spec,
} from '../../support/kubernetes/manifests.js';
import type { Rendered } from '../../support/kubernetes/render.js';

export interface Control {
  /** The text of the rule. */
  rule: string;
  /** The manifests to change. Default: `demo`. */
  of?: keyof Rendered;
  spoil: (manifests: Manifest[]) => void;
  problem: RegExp;
}

/** The first container of a workload. */
const container = (manifests: Manifest[], workload = 'server'): IContainer =>
  getWorkload(manifests, workload).pod.containers[0] as IContainer;
const specOf = (manifests: Manifest[], kind: string, name: string): Spec =>
  getManifest(manifests, kind, name).spec as Spec;
const remove = (manifests: Manifest[], kind: string, name?: string): void => {
  const gone = ofKind(manifests, kind).filter(
    ({ metadata }) => name === undefined || metadata.name === name,
  );
  for (const each of gone) manifests.splice(manifests.indexOf(each), 1);
};

const PODS: Control[] = [
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
    rule: 'request and limit processor time and memory',
    spoil: (all) => delete container(all).resources?.limits?.['memory'],
    problem: /container payments lacks a request or a limit/,
  },
  {
    rule: 'name a version of every image',
    spoil: (all) => (container(all).image = 'registry.example.org:5000/relevo'),
    problem: /has the image registry.example.org:5000\/relevo, without a version/,
  },
  {
    rule: 'hold no secret in a variable',
    spoil: (all) =>
      (container(all).env!.find(({ name }) => name === 'API_TOKEN')!.value = 'hunter2'),
    problem: /has the value of API_TOKEN in the manifest/,
  },
  {
    rule: 'set no variable twice',
    spoil: (all) => container(all).env!.push({ name: 'PORT', value: '1' }),
    problem: /container payments sets PORT twice/,
  },
  {
    rule: 'have a start-up, a liveness and a readiness probe',
    spoil: (all) => delete container(all, 'gateway').startupProbe,
    problem: /container gateway lacks a probe/,
  },
  {
    rule: 'probe ports that the container has',
    spoil: (all) => (container(all).livenessProbe!.httpGet!.port = 5009),
    problem: /probes the port 5009, which it lacks/,
  },
];

const REFERENCES: Control[] = [
  {
    rule: 'use only Secrets, ConfigMaps and claims that exist, and keys that they have',
    spoil: (all) => remove(all, 'Secret', ofKind(all, 'Secret')[0]!.metadata.name),
    problem: /uses the Secret postgres-app-\w+, which does not exist/,
  },
  {
    rule: 'use only Secrets, ConfigMaps and claims that exist, and keys that they have',
    spoil: (all) => delete ofKind(all, 'ConfigMap')[0]!.data?.['LOG_LEVEL'],
    problem: /uses LOG_LEVEL of the ConfigMap settings-\w+, which lacks it/,
  },
  {
    rule: 'use only Secrets, ConfigMaps and claims that exist, and keys that they have',
    of: 'production',
    spoil: (all) =>
      (container(all).env!.find(({ name }) => name === 'REDIS_URL')!.valueFrom!.secretKeyRef!.name =
        'rdis'),
    problem: /uses the Secret rdis, which does not exist/,
  },
  {
    rule: 'mount only volumes that exist',
    spoil: (all) => (container(all).volumeMounts![0]!.name = 'tpm'),
    problem: /StatefulSet server mounts tpm, which does not exist/,
  },
  {
    rule: 'select the pods of their own template',
    spoil: (all) => (specOf(all, 'Deployment', 'patients').selector = { matchLabels: { a: 'b' } }),
    problem: /Deployment patients does not select its own pods/,
  },
  {
    rule: 'have no Service without a pod or with an unknown port',
    spoil: (all) => (specOf(all, 'Service', 'redis').selector = { a: 'b' }),
    problem: /Service redis selects no pod/,
  },
  {
    rule: 'have no Service without a pod or with an unknown port',
    spoil: (all) => (specOf(all, 'Service', 'redis').ports![0]!.targetPort = 'http'),
    problem: /Service redis leads to the port http, which no pod has/,
  },
  {
    rule: 'have no route to an unknown Service',
    of: 'production',
    spoil: (all) => remove(all, 'Service', 'patients'),
    problem: /Ingress patients leads to patients:http, which does not exist/,
  },
  {
    rule: 'have no route to an unknown Service',
    of: 'gatewayApi',
    spoil: (all) => (specOf(all, 'Service', 'patients').ports![0]!.port = 80),
    problem: /HTTPRoute patients leads to patients:4000, which does not exist/,
  },
  {
    rule: 'have no route to an unknown Service',
    of: 'gatewayApi',
    spoil: (all) => remove(all, 'Gateway'),
    problem: /HTTPRoute patients belongs to public, which does not exist/,
  },
  {
    rule: 'have no network policy for an unknown pod',
    spoil: (all) =>
      (specOf(all, 'NetworkPolicy', 'monitor').egress![1]!.to![0]!.podSelector!.matchLabels = {
        a: 'b',
      }),
    problem: /NetworkPolicy monitor selects no pod with/,
  },
];

const CLUSTER: Control[] = [
  {
    rule: 'let a drain of a node end at most one pod of a group',
    spoil: (all) => remove(all, 'PodDisruptionBudget', 'monitor'),
    problem: /StatefulSet monitor has 0 budget/,
  },
  {
    rule: 'let a drain of a node end at most one pod of a group',
    spoil: (all) => (specOf(all, 'PodDisruptionBudget', 'server').maxUnavailable = 0),
    problem: /StatefulSet server has 1 budget\(s\) for disruptions, or a wrong one/,
  },
  {
    rule: 'spread the pods of a group over the nodes',
    spoil: (all) => delete getWorkload(all, 'patients').pod.topologySpreadConstraints,
    problem: /Deployment patients may run on one node only/,
  },
  {
    rule: 'leave the number of pods to an autoscaler that exists for them',
    spoil: (all) => (specOf(all, 'Deployment', 'patients').replicas = 2),
    problem: /Deployment patients fixes its number of pods/,
  },
  {
    rule: 'leave the number of pods to an autoscaler that exists for them',
    spoil: (all) => remove(all, 'Deployment'),
    problem: /HorizontalPodAutoscaler patients has no target/,
  },
  {
    rule: 'name the Service of a StatefulSet, which has no address of its own',
    spoil: (all) => (specOf(all, 'Service', 'server').clusterIP = '10.0.0.7'),
    problem: /StatefulSet server has no Service for its pods/,
  },
  {
    rule: 'remove a Job that has ended',
    spoil: (all) => delete specOf(all, 'Job', 'migrate').ttlSecondsAfterFinished,
    problem: /Job migrate stays for ever/,
  },
  {
    rule: 'isolate every pod in both directions',
    spoil: (all) => remove(all, 'NetworkPolicy', 'default-deny'),
    problem: /Job migrate is not isolated: Ingress/,
  },
  {
    rule: 'isolate every pod in both directions',
    spoil: (all) => specOf(all, 'NetworkPolicy', 'server').ingress!.push({}),
    problem: /StatefulSet server is open by the policy server/,
  },
  {
    rule: 'let clients in by TLS only',
    of: 'production',
    spoil: (all) => delete specOf(all, 'Ingress', 'patients').tls,
    problem: /Ingress patients has no TLS/,
  },
  {
    rule: 'let clients in by TLS only',
    of: 'gatewayApi',
    spoil: (all) => (specOf(all, 'Gateway', 'public').listeners![0]!.protocol = 'HTTP'),
    problem: /Gateway public has no TLS at https/,
  },
  {
    rule: 'let clients in by TLS only',
    spoil: (all) => Object.assign(specOf(all, 'Service', 'patients'), { type: 'NodePort' }),
    problem: /Service patients is open to clients without TLS/,
  },
  {
    rule: 'are in a namespace, with names that DNS accepts and ports that exist',
    spoil: (all) => (getManifest(all, 'StatefulSet', 'server').metadata.name = 'server_1'),
    problem: /StatefulSet server_1 has a name that DNS refuses/,
  },
  {
    rule: 'are in a namespace, with names that DNS accepts and ports that exist',
    spoil: (all) => (container(all).ports![0]!.containerPort = 99_999),
    problem: /StatefulSet server has the port 99999/,
  },
  {
    rule: 'are in a namespace, with names that DNS accepts and ports that exist',
    spoil: (all) => delete getManifest(all, 'Service', 'redis').metadata.namespace,
    problem: /Service redis is in no namespace/,
  },
];

export const RULE_CONTROLS: readonly Control[] = [...PODS, ...REFERENCES, ...CLUSTER];
