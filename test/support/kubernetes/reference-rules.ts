/** Rules for names that one manifest has of another: no schema knows whether the other exists. */
import {
  allContainers,
  findWorkloads,
  matches,
  ofKind,
  type Labels,
  type Manifest,
  type Selector,
  type Workload,
} from './manifests.js';
import type { Rule } from './rule.js';

/** Secrets that no manifest contains: made by hand, or by an operator. */
const FROM_OUTSIDE: Readonly<Record<string, string>> = {
  'tokens': 'made by hand in production',
  'redis': 'made by hand in production',
  'postgres-app': 'CloudNativePG makes it',
  'relevo-tls': 'made by hand, or by cert-manager',
};
/** Pods that an operator makes have its labels. */
const OPERATED: readonly Labels[] = [{ 'cnpg.io/cluster': 'postgres' }];

const hasCluster = (manifests: readonly Manifest[]): boolean =>
  ofKind(manifests, 'Cluster').length > 0;

/** The labels of all pods, with those that an operator makes from a Cluster. */
const podLabels = (manifests: readonly Manifest[]): Labels[] => [
  ...findWorkloads(manifests).map(({ labels }) => labels),
  ...(hasCluster(manifests) ? OPERATED : []),
];

const has = (manifests: readonly Manifest[], kind: string, name: string): boolean =>
  manifests.some((manifest) => manifest.kind === kind && manifest.metadata.name === name);

/** Only manifests without any Secret leave Secrets to others. */
const hasSecret = (manifests: readonly Manifest[], name: string): boolean =>
  has(manifests, 'Secret', name) ||
  (name in FROM_OUTSIDE && ofKind(manifests, 'Secret').length === 0);

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

function findDangling(manifests: readonly Manifest[]): string[] {
  return findWorkloads(manifests).flatMap((workload) =>
    findReferences(workload).flatMap(({ kind, name, key }) => {
      const found = manifests.find((each) => each.kind === kind && each.metadata.name === name);
      if (!found)
        return kind === 'Secret' && hasSecret(manifests, name)
          ? []
          : [`${workload.title} uses the ${kind} ${name}, which does not exist`];
      return key === undefined || key in (found.data ?? {})
        ? []
        : [`${workload.title} uses ${key} of the ${kind} ${name}, which lacks it`];
    }),
  );
}

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

/** Every Service selects pods, and leads to a port that their containers have. */
const findLooseServices = (manifests: readonly Manifest[]): string[] =>
  ofKind(manifests, 'Service').flatMap(({ metadata: { name }, spec }) => {
    const selector: Selector = { matchLabels: spec?.selector as Labels };
    const pods = findWorkloads(manifests).filter(({ labels }) => matches(selector, labels));
    if (pods.length === 0) return [`Service ${name} selects no pod`];
    const ports = pods.flatMap(({ pod }) => pod.containers).flatMap((each) => each.ports ?? []);
    return (spec?.ports ?? [])
      .filter(({ targetPort }) => !ports.some((port) => port.name === targetPort))
      .map(({ targetPort }) => `Service ${name} leads to the port ${targetPort}, which no pod has`);
  });

/** The Service and its port that an Ingress or a route names. */
const findBackends = ({ spec }: Manifest): { name: string; port: string | number | undefined }[] =>
  (spec?.rules ?? []).flatMap(({ http, backendRefs = [] }) => [
    ...(http?.paths ?? []).flatMap(({ backend: { service } }) =>
      service ? [{ name: service.name, port: service.port?.name ?? service.port?.number }] : [],
    ),
    ...backendRefs.map(({ name, port }) => ({ name, port })),
  ]);

const findLooseRoutes = (manifests: readonly Manifest[]): string[] =>
  [...ofKind(manifests, 'Ingress'), ...ofKind(manifests, 'HTTPRoute')].flatMap((route) => {
    const title = `${route.kind} ${route.metadata.name}`;
    const parents = (route.spec?.parentRefs ?? []).filter(({ name, sectionName }) =>
      ofKind(manifests, 'Gateway').every(
        ({ metadata, spec }) =>
          metadata.name !== name || !spec?.listeners?.some((each) => each.name === sectionName),
      ),
    );
    const backends = findBackends(route).filter(({ name, port }) =>
      ofKind(manifests, 'Service').every(
        ({ metadata, spec }) =>
          metadata.name !== name ||
          !spec?.ports?.some((each) => each.name === port || each.port === port),
      ),
    );
    return [
      ...parents.map(({ name }) => `${title} belongs to ${name}, which does not exist`),
      ...backends.map(
        ({ name, port }) => `${title} leads to ${name}:${port}, which does not exist`,
      ),
    ];
  });

/** Every policy selects pods, and every peer inside the namespace is a pod. */
const findLoosePolicies = (manifests: readonly Manifest[]): string[] =>
  ofKind(manifests, 'NetworkPolicy').flatMap(({ metadata: { name }, spec }) => {
    const inside = [...(spec?.ingress ?? []), ...(spec?.egress ?? [])]
      .flatMap((line) => ('from' in line ? (line.from ?? []) : 'to' in line ? (line.to ?? []) : []))
      .filter(({ namespaceSelector }) => !namespaceSelector)
      .flatMap(({ podSelector }) => (podSelector ? [podSelector] : []));
    return [spec?.podSelector, ...inside]
      .filter((selector) => !podLabels(manifests).some((labels) => matches(selector, labels)))
      .map((selector) => `NetworkPolicy ${name} selects no pod with ${JSON.stringify(selector)}`);
  });

const selectsOwnPods = (workload: Workload): boolean =>
  workload.kind === 'Job' || matches(workload.spec.selector, workload.labels);

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
    rule: 'have no Service without a pod or with an unknown port',
    as: 'kube-linter dangling-service and invalid-target-ports, kube-score service-targets-pod',
    find: findLooseServices,
  },
  {
    rule: 'have no route to an unknown Service',
    as: 'kube-linter dangling-ingress, kube-score ingress-targets-service',
    find: findLooseRoutes,
  },
  {
    rule: 'have no network policy for an unknown pod',
    as: 'kube-linter dangling-networkpolicy and dangling-networkpolicypeer-podselector, kube-score networkpolicy-targets-pod',
    find: findLoosePolicies,
  },
];
