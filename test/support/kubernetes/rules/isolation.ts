/** Rules for the ways through the network: between pods, and from clients. */
import { findWorkloads, matches, ofKind, type Labels, type Manifest } from '../manifests.js';
import type { Rule } from './rule.js';

/** The policies of a direction that select a pod. */
const findPolicies = (
  manifests: readonly Manifest[],
  labels: Labels,
  direction: string,
): Manifest[] =>
  ofKind(manifests, 'NetworkPolicy').filter(
    ({ spec }) => spec?.policyTypes?.includes(direction) && matches(spec.podSelector, labels),
  );

/**
 * The ports at which a pod may reach any address: those of a DNS server, which may run on a node.
 */
const DNS_PORTS: readonly unknown[] = [53, 5353];

/** Whether a policy leaves a direction open: a line without peers, except for names. */
const isOpen = ({ spec }: Manifest): boolean =>
  spec?.ingress?.some(({ from = [] }) => from.length === 0) === true ||
  spec?.egress?.some(
    ({ to = [], ports = [] }) =>
      to.length === 0 &&
      (ports.length === 0 || !ports.every(({ port }) => DNS_PORTS.includes(port))),
  ) === true;

/** Whether a host of an Ingress or a route is one name, not all of them. */
const isOneName = (host: string | undefined): boolean => host !== undefined && !host.includes('*');

const findHosts = ({ kind, spec }: Manifest): (string | undefined)[] =>
  kind === 'Ingress'
    ? (spec?.rules ?? []).map(({ host }) => host)
    : spec?.hostnames?.length
      ? spec.hostnames
      : [undefined];

const findWaysIn = (manifests: readonly Manifest[]): Manifest[] => [
  ...ofKind(manifests, 'Ingress'),
  ...ofKind(manifests, 'HTTPRoute'),
];

const findPlainWays = (manifests: readonly Manifest[]): string[] => [
  ...ofKind(manifests, 'Ingress')
    .filter(({ spec }) => !spec?.tls?.every(({ secretName }) => secretName))
    .map(({ metadata: { name } }) => `Ingress ${name} has no TLS`),
  ...ofKind(manifests, 'Gateway').flatMap(({ metadata: { name }, spec }) =>
    (spec?.listeners ?? [])
      .filter(({ protocol, tls }) => protocol !== 'HTTPS' || !tls?.certificateRefs?.length)
      .map((listener) => `Gateway ${name} has no TLS at ${listener.name}`),
  ),
  ...ofKind(manifests, 'Service')
    .filter(({ spec }) => ['NodePort', 'LoadBalancer'].includes(spec?.type ?? ''))
    .map(({ metadata: { name } }) => `Service ${name} is open to clients without TLS`),
];

export const ISOLATION_RULES: readonly Rule[] = [
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
    as: 'Polaris tlsSettingsMissing and gatewayTLSMissing, kube-linter exposed-services, kube-score service-type',
    find: findPlainWays,
  },
  {
    rule: 'name the hosts of every way in',
    as: 'Polaris httpRouteWildcardOrEmptyHost',
    find: (manifests) =>
      findWaysIn(manifests)
        .filter((way) => !findHosts(way).every(isOneName))
        .map(({ kind, metadata: { name } }) => `${kind} ${name} accepts any host`),
  },
  {
    rule: 'accept routes of the own namespace only',
    as: 'Polaris gatewayAllowedRoutesAll',
    find: (manifests) =>
      ofKind(manifests, 'Gateway').flatMap(({ metadata: { name }, spec }) =>
        (spec?.listeners ?? [])
          .filter(({ allowedRoutes }) => (allowedRoutes?.namespaces?.from ?? 'Same') !== 'Same')
          .map((listener) => `Gateway ${name} accepts routes of others at ${listener.name}`),
      ),
  },
];
