/** Rules for the names that Services, routes and network policies have of pods and Services. */
import {
  findWorkloads,
  matches,
  ofKind,
  type Labels,
  type Manifest,
  type Selector,
} from '../manifests.js';
import { findOperatedPods } from '../outside.js';
import type { Rule } from './rule.js';

/** The labels of all pods, with those that an operator makes. */
const podLabels = (manifests: readonly Manifest[]): Labels[] =>
  [...findWorkloads(manifests), ...findOperatedPods(manifests)].map(({ labels }) => labels);

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

export const ROUTE_RULES: readonly Rule[] = [
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
