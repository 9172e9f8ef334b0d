/** Rules for names that a pod has of other objects: no schema knows whether the other exists. */
import {
  allContainers,
  findWorkloads,
  matches,
  ofKind,
  type Manifest,
  type Workload,
} from '../manifests.js';
import { findOutsideSecret } from '../outside.js';
import type { Rule } from './rule.js';

/** Every reference of a pod: kind, name, and key where it names one. */
function findReferences({ pod }: Workload): { kind: string; name: string; key?: string }[] {
  const env = allContainers({ pod }).flatMap((container) => container.env ?? []);
  return [
    ...env.flatMap(({ valueFrom }) => {
      const { secretKeyRef: secret, configMapKeyRef: map } = valueFrom ?? {};
      return [
        ...(secret ? [{ kind: 'Secret', name: secret.name ?? '', key: secret.key }] : []),
        ...(map ? [{ kind: 'ConfigMap', name: map.name ?? '', key: map.key }] : []),
      ];
    }),
    ...(pod.volumes ?? []).flatMap(({ persistentVolumeClaim: claim, secret, configMap }) => [
      ...(claim ? [{ kind: 'PersistentVolumeClaim', name: claim.claimName }] : []),
      ...(secret ? [{ kind: 'Secret', name: secret.secretName ?? '' }] : []),
      ...(configMap ? [{ kind: 'ConfigMap', name: configMap.name ?? '' }] : []),
    ]),
  ];
}

/** The keys of an object; null: it does not exist. */
function findKeys(manifests: readonly Manifest[], kind: string, name: string): string[] | null {
  const found = manifests.find((each) => each.kind === kind && each.metadata.name === name);
  const outside = kind === 'Secret' ? findOutsideSecret(manifests, name) : null;
  const data = found ? (found.data ?? {}) : outside;
  return data && Object.keys(data);
}

const findDangling = (manifests: readonly Manifest[]): string[] =>
  findWorkloads(manifests).flatMap((workload) =>
    findReferences(workload).flatMap(({ kind, name, key }) => {
      const keys = findKeys(manifests, kind, name);
      if (keys === null)
        return [`${workload.title} uses the ${kind} ${name}, which does not exist`];
      return key === undefined || keys.includes(key)
        ? []
        : [`${workload.title} uses ${key} of the ${kind} ${name}, which lacks it`];
    }),
  );

/** Every mount of a container names a volume of its pod. */
const findLooseMounts = (manifests: readonly Manifest[]): string[] =>
  findWorkloads(manifests).flatMap((workload) => {
    const names = [
      ...(workload.pod.volumes ?? []).map(({ name }) => name),
      ...(workload.spec.volumeClaimTemplates ?? []).map(({ metadata }) => metadata.name),
    ];
    return allContainers(workload)
      .flatMap(({ volumeMounts = [] }) => volumeMounts)
      .filter(({ name }) => !names.includes(name))
      .map(({ name }) => `${workload.title} mounts ${name}, which does not exist`);
  });

const selectsOwnPods = (workload: Workload): boolean =>
  workload.kind === 'Job' || matches(workload.spec.selector, workload.labels);

/** A StatefulSet with several pods needs a headless Service, which gives each pod a name. */
function hasService(manifests: readonly Manifest[], { spec }: Manifest): boolean {
  const service = ofKind(manifests, 'Service').find(
    ({ metadata }) => metadata.name === spec?.serviceName,
  );
  return (
    service !== undefined && ((spec?.replicas ?? 1) === 1 || service.spec?.clusterIP === 'None')
  );
}

export const REFERENCE_RULES: readonly Rule[] = [
  {
    rule: 'use only Secrets, ConfigMaps and claims that exist, and keys that they have',
    as: 'kube-linter env-var-value-from, Polaris (the same by its admission test)',
    find: findDangling,
  },
  { rule: 'mount only volumes that exist', as: 'the API server', find: findLooseMounts },
  {
    rule: 'select the pods of their own template',
    as: 'kube-linter mismatching-selector, kube-score deployment-pod-selector-labels-match-template-metadata-labels and the same of a StatefulSet',
    find: (manifests) =>
      findWorkloads(manifests)
        .filter((workload) => !selectsOwnPods(workload))
        .map(({ title }) => `${title} does not select its own pods`),
  },
  {
    rule: 'name the Service of a StatefulSet, which has no address of its own',
    as: 'kube-score statefulset-has-servicename',
    find: (manifests) =>
      ofKind(manifests, 'StatefulSet')
        .filter((each) => !hasService(manifests, each))
        .map(({ metadata: { name } }) => `StatefulSet ${name} has no Service for its pods`),
  },
];
