/** Rules for the pods of a workload together: disruptions, updates, spread and number. */
import {
  findServices,
  findWorkloads,
  matches,
  ofKind,
  type Manifest,
  type Selector,
  type Workload,
} from '../manifests.js';
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

const isBudget = ({ spec }: Manifest): boolean =>
  spec?.maxUnavailable === 1 && spec.unhealthyPodEvictionPolicy === 'AlwaysAllow';

function judgeScaler(
  manifests: readonly Manifest[],
  { metadata: { name }, spec }: Manifest,
): string[] {
  const { scaleTargetRef: to, minReplicas = 1, maxReplicas = 1 } = spec ?? {};
  const target = findWorkloads(manifests).find(
    (each) => each.name === to?.name && each.kind === to.kind,
  );
  if (!target) return [`HorizontalPodAutoscaler ${name} has no target`];
  if (minReplicas < 2) return [`HorizontalPodAutoscaler ${name} allows one pod`];
  if (maxReplicas <= minReplicas) return [`HorizontalPodAutoscaler ${name} cannot scale`];
  return target.spec.replicas === undefined ? [] : [`${target.title} fixes its number of pods`];
}

/** Whether an update stops no pod before another one is ready, or one after another. */
function isReplacedInTurn({ kind, spec }: Workload): boolean {
  if (kind === 'StatefulSet')
    return (spec.updateStrategy?.type ?? 'RollingUpdate') === 'RollingUpdate';
  const { type = 'RollingUpdate', rollingUpdate } = spec.strategy ?? {};
  return type === 'RollingUpdate' && rollingUpdate?.maxUnavailable === 0;
}

export const AVAILABILITY_RULES: readonly Rule[] = [
  {
    rule: 'let a drain of a node end at most one pod of a group, and always an unhealthy one',
    as: 'kube-linter pdb-max-unavailable, pdb-min-available and pdb-unhealthy-pod-eviction-policy, kube-score poddisruptionbudget-has-policy, deployment-has-poddisruptionbudget and the same of a StatefulSet, Polaris missingPodDisruptionBudget, pdbDisruptionsIsZero and pdbMinAvailableGreaterThanOrEqualToHPAMinReplicas',
    find: (manifests) =>
      findGroups(manifests).flatMap(({ title, labels }) => {
        const budgets = ofKind(manifests, 'PodDisruptionBudget').filter(({ spec }) =>
          matches(spec?.selector as Selector, labels),
        );
        return budgets.length === 1 && budgets.every(isBudget)
          ? []
          : [`${title} has ${budgets.length} budget(s) for disruptions, or a wrong one`];
      }),
  },
  {
    rule: 'replace pods one after another in an update',
    as: 'kube-linter no-rolling-update-strategy, kube-score deployment-strategy',
    find: (manifests) =>
      findServices(manifests)
        .filter((workload) => !isReplacedInTurn(workload))
        .map(({ title }) => `${title} stops pods before others are ready`),
  },
  {
    rule: 'spread the pods of a group over the nodes',
    as: 'kube-linter no-anti-affinity, kube-score pod-topology-spread-constraints, deployment-has-host-podantiaffinity and the same of a StatefulSet, Polaris topologySpreadConstraint',
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
    as: 'kube-linter dangling-horizontalpodautoscaler, kube-score horizontalpodautoscaler-has-target, horizontalpodautoscaler-replicas and deployment-targeted-by-hpa-does-not-have-replicas-configured, Polaris hpaMinAvailability and hpaMaxAvailability',
    find: (manifests) =>
      ofKind(manifests, 'HorizontalPodAutoscaler').flatMap((each) => judgeScaler(manifests, each)),
  },
  {
    rule: 'run several pods of every Deployment',
    as: 'kube-score deployment-replicas, Polaris deploymentMissingReplicas',
    find: (manifests) =>
      findServices(manifests)
        .filter((each) => each.kind === 'Deployment' && countPods(manifests, each) < 2)
        .map(({ title }) => `${title} has one pod`),
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
