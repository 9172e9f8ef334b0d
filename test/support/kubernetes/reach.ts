/**
 * Compares the addresses in the environments with the Services and the network policies: a service
 * must be able to reach every address that it has, because everything else is denied.
 */
import { findRunning, type Running } from './environment.js';
import {
  findWorkloads,
  matches,
  ofKind,
  type Labels,
  type Manifest,
  type Peer,
  type Workload,
} from './manifests.js';
import { findOperatedPods } from './outside.js';

interface Address {
  host: string;
  port: number;
}

/** The ports of addresses that name none. */
const USUAL_PORTS: Readonly<Record<string, number>> = { http: 80, https: 443 };

/** The addresses in a text: of one URL, or of a list of members. */
const findAddresses = (text: string): Address[] =>
  [...text.matchAll(/([a-z]+):\/\/(?:[^/@,]*@)?([\w.-]+)(?::(\d+))?/g)].map(
    ([, protocol = '', host = '', port]) => ({
      host,
      port: port === undefined ? (USUAL_PORTS[protocol] ?? 0) : Number(port),
    }),
  );

/** The pods behind an address, and their port; null: no such Service. */
interface Target {
  labels: Labels;
  port: number | undefined;
}

/** The number of the port of a pod behind a port of its Service. */
const toPodPort = ({ pod }: Workload, target: string | number | undefined): number | undefined =>
  pod.containers.flatMap((each) => each.ports ?? []).find(({ name }) => name === target)
    ?.containerPort;

/** The Service of a host: `server-1.server` is of the Service `server`. */
function findTargets(manifests: readonly Manifest[], { host, port }: Address): Target[] | null {
  const words = host.split('.');
  const operated = findOperatedPods(manifests).filter(({ service }) => service === words[0]);
  if (operated.length > 0) return operated.filter((each) => each.port === port);
  const name = words.at(words.length > 1 ? 1 : 0);
  const service = ofKind(manifests, 'Service').find(({ metadata }) => metadata.name === name)?.spec;
  if (!service) return null;
  const selector = { matchLabels: service.selector as Labels };
  const target = service.ports?.find((each) => each.port === port)?.targetPort;
  return findWorkloads(manifests)
    .filter(({ labels }) => matches(selector, labels))
    .map((workload) => ({ labels: workload.labels, port: toPodPort(workload, target) }));
}

type Direction = 'Ingress' | 'Egress';

/** Whether a policy for the pods with `own` allows a peer at a port. */
const allows = (
  manifests: readonly Manifest[],
  direction: Direction,
  own: Labels,
  port: number,
  isPeer: (peer: Peer) => boolean,
): boolean =>
  ofKind(manifests, 'NetworkPolicy')
    .filter(({ spec }) => spec?.policyTypes?.includes(direction) && matches(spec.podSelector, own))
    .flatMap(({ spec }) =>
      direction === 'Ingress'
        ? (spec?.ingress ?? []).map(({ from: peers = [], ports = [] }) => ({ peers, ports }))
        : (spec?.egress ?? []).map(({ to: peers = [], ports = [] }) => ({ peers, ports })),
    )
    .some(({ peers, ports }) => ports.some((each) => each.port === port) && peers.some(isPeer));

const isPodOf =
  (labels: Labels) =>
  ({ podSelector, namespaceSelector }: Peer): boolean =>
    podSelector !== undefined && !namespaceSelector && matches(podSelector, labels);

function judgeInside(
  manifests: readonly Manifest[],
  { title, workload }: Running,
  address: Address,
): string[] {
  const targets = findTargets(manifests, address);
  const at = `${address.host}:${address.port}`;
  if (targets === null) return [`${title}: there is no Service for ${at}`];
  if (targets.length === 0) return [`${title}: ${at} leads to no pod`];
  return targets.flatMap(({ labels, port }) => {
    if (port === undefined) return [`${title}: ${at} leads to no port`];
    const ways: Record<Direction, boolean> = {
      Egress: allows(manifests, 'Egress', workload.labels, port, isPodOf(labels)),
      Ingress: allows(manifests, 'Ingress', labels, port, isPodOf(workload.labels)),
    };
    return Object.entries(ways)
      .filter(([, isAllowed]) => !isAllowed)
      .map(([way]) => `${title}: no policy allows ${at} (${way})`);
  });
}

/** An address outside of the cluster: only its port can be compared. */
const judgeOutside = (
  manifests: readonly Manifest[],
  { title, workload: { labels } }: Running,
  { host, port }: Address,
): string[] =>
  allows(manifests, 'Egress', labels, port, ({ ipBlock }) => ipBlock !== undefined)
    ? []
    : [`${title}: no policy allows ${host}:${port} outside of the cluster`];

/** Links on a page: browsers follow them, the process does not. */
const FOR_BROWSERS = new Set(['MONITOR_URL']);

/**
 * Every address of every process leads to pods of the namespace, or out of the cluster, and the
 * policies allow it.
 * @param outside hosts that are not in the cluster.
 */
export const findUnreachable = (manifests: readonly Manifest[], outside: RegExp): string[] =>
  findRunning(manifests).flatMap((running) =>
    Object.entries(running.env)
      .flatMap(([name, value]) => (FOR_BROWSERS.has(name) ? [] : findAddresses(value)))
      .flatMap((address) =>
        (outside.test(address.host) ? judgeOutside : judgeInside)(manifests, running, address),
      ),
  );
