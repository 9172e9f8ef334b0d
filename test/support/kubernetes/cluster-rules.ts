/** Rules for workloads as a whole: disruptions, spread, isolation, names and ways in. */
import {
  findServices,
  findWorkloads,
  matches,
  ofKind,
  type Labels,
  type Manifest,
  type Selector,
  type Workload,
} from './manifests.js';
import type { Rule } from './rule.js';

const findScaler = (manifests: readonly Manifest[], name: string): Manifest | undefined =>
  ofKind(manifests, 'HorizontalPodAutoscaler').find(
    ({ spec }) => spec?.scaleTargetRef?.name === name,
  );

/** The number of pods of a workload; with an autoscaler its lowest number. */
const countPods = (manifests: readonly Manifest[], { name, spec }: Workload): number =>
  findScaler(manifests, name)?.spec?.minReplicas ?? spec.replicas ?? 1;

/** The workloads with several pods. */
const findGroups = (manifests: readonly Manifest[]): Workload[] =>
  findServices(manifests).filter((workload) => countPods(manifests, workload) > 1);

/** A name that DNS accepts as one label. */
const LABEL = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/;

/** The policies of a direction that select a pod. */
const findPolicies = (
  manifests: readonly Manifest[],
  labels: Labels,
  direction: string,
): Manifest[] =>
  ofKind(manifests, 'NetworkPolicy').filter(
    ({ spec }) => spec?.policyTypes?.includes(direction) && matches(spec.podSelector, labels),
  );

/** Whether a policy allows everything: a line without peers and without ports. */
const isOpen = ({ spec }: Manifest): boolean =>
  [...(spec?.ingress ?? []), ...(spec?.egress ?? [])].some(
    (line) => Object.keys(line).length === 0,
  );

const AVAILABILITY: Rule[] = [
  {
    rule: 'let a drain of a node end at most one pod of a group',
    as: 'kube-linter pdb-max-unavailable and pdb-min-available, kube-score deployment-has-poddisruptionbudget and the same of a StatefulSet, Polaris missingPodDisruptionBudget and pdbDisruptionsIsZero',
    find: (manifests) =>
      findGroups(manifests).flatMap(({ title, labels }) => {
        const budgets = ofKind(manifests, 'PodDisruptionBudget').filter(({ spec }) =>
          matches(spec?.selector as Selector, labels),
        );
        return budgets.length === 1 && budgets[0]?.spec?.maxUnavailable === 1
          ? []
          : [`${title} has ${budgets.length} budget(s) for disruptions, or a wrong one`];
      }),
  },
  {
    rule: 'spread the pods of a group over the nodes',
    as: 'kube-linter no-anti-affinity, kube-score deployment-has-host-podantiaffinity and the same of a StatefulSet, Polaris topologySpreadConstraint',
    find: (manifests) =>
      findGroups(manifests)
        .filter(
          ({ pod, labels }) =>
            !pod.topologySpreadConstraints?.some(
              ({ topologyKey, labelSelector }) =>
                topologyKey === 'kubernetes.io/hostname' && matches(labelSelector, labels),
            ),
        )
        .map(({ title }) => `${title} may run on one node only`),
  },
  {
    rule: 'leave the number of pods to an autoscaler that exists for them',
    as: 'kube-linter dangling-horizontalpodautoscaler, kube-score horizontalpodautoscaler-has-target and deployment-targeted-by-hpa-does-not-have-replicas-configured',
    find: (manifests) =>
      ofKind(manifests, 'HorizontalPodAutoscaler').flatMap(({ metadata: { name }, spec }) => {
        const target = findWorkloads(manifests).find(
          (each) =>
            each.name === spec?.scaleTargetRef?.name && each.kind === spec.scaleTargetRef.kind,
        );
        if (!target) return [`HorizontalPodAutoscaler ${name} has no target`];
        if ((spec?.minReplicas ?? 1) < 2) return [`HorizontalPodAutoscaler ${name} allows one pod`];
        return target.spec.replicas === undefined
          ? []
          : [`${target.title} fixes its number of pods`];
      }),
  },
  {
    rule: 'name the Service of a StatefulSet, which has no address of its own',
    as: 'kube-score statefulset-has-servicename',
    find: (manifests) =>
      ofKind(manifests, 'StatefulSet')
        .filter(({ spec }) => {
          const service = ofKind(manifests, 'Service').find(
            ({ metadata }) => metadata.name === spec?.serviceName,
          );
          const isHeadless = service?.spec?.clusterIP === 'None';
          return !service || ((spec?.replicas ?? 1) > 1 && !isHeadless);
        })
        .map(({ metadata: { name } }) => `StatefulSet ${name} has no Service for its pods`),
  },
  {
    rule: 'remove a Job that has ended',
    as: 'kube-linter job-ttl-seconds-after-finished, kube-score (its check of a CronJob)',
    find: (manifests) =>
      ofKind(manifests, 'Job')
        .filter(({ spec }) => spec?.ttlSecondsAfterFinished === undefined)
        .map(({ metadata: { name } }) => `Job ${name} stays for ever`),
  },
];

const ISOLATION: Rule[] = [
  {
    rule: 'isolate every pod in both directions',
    as: 'kube-linter non-isolated-pod, kube-score pod-networkpolicy, Polaris missingNetworkPolicy',
    find: (manifests) =>
      findWorkloads(manifests).flatMap(({ title, labels }) =>
        ['Ingress', 'Egress'].flatMap((direction) => {
          const policies = findPolicies(manifests, labels, direction);
          if (policies.length === 0) return [`${title} is not isolated: ${direction}`];
          return policies
            .filter(isOpen)
            .map(({ metadata: { name } }) => `${title} is open by the policy ${name}`);
        }),
      ),
  },
  {
    rule: 'let clients in by TLS only',
    as: 'Polaris tlsSettingsMissing, kube-linter exposed-services',
    find: (manifests) => [
      ...ofKind(manifests, 'Ingress')
        .filter(({ spec }) => !spec?.tls?.every(({ secretName }) => secretName))
        .map(({ metadata: { name } }) => `Ingress ${name} has no TLS`),
      ...ofKind(manifests, 'Gateway').flatMap(({ metadata: { name }, spec }) =>
        (spec?.listeners ?? [])
          .filter(({ protocol, tls }) => protocol !== 'HTTPS' || !tls?.certificateRefs?.length)
          .map((listener) => `Gateway ${name} has no TLS at ${listener.name}`),
      ),
      ...ofKind(manifests, 'Service')
        .filter(({ spec }) =>
          ['NodePort', 'LoadBalancer'].includes((spec as { type?: string }).type ?? ''),
        )
        .map(({ metadata: { name } }) => `Service ${name} is open to clients without TLS`),
    ],
  },
  {
    rule: 'are in a namespace, with names that DNS accepts and ports that exist',
    as: 'kube-linter use-namespace, kube-score stable-version and label-values, the API server',
    find: (manifests) =>
      manifests.flatMap(({ kind, metadata: { name, namespace }, spec }) => [
        ...(LABEL.test(name) ? [] : [`${kind} ${name} has a name that DNS refuses`]),
        ...(kind === 'Namespace' || namespace ? [] : [`${kind} ${name} is in no namespace`]),
        ...[
          ...(kind === 'Service' ? (spec?.ports ?? []).map(({ port }) => port) : []),
          ...(spec?.template?.spec?.containers ?? []).flatMap(({ ports = [] }) =>
            ports.map(({ containerPort }) => containerPort),
          ),
        ]
          .filter((port) => port < 1 || port > 65_535)
          .map((port) => `${kind} ${name} has the port ${port}, which does not exist`),
      ]),
  },
];

export const CLUSTER_RULES: readonly Rule[] = [...AVAILABILITY, ...ISOLATION];
