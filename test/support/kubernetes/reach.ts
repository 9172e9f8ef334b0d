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
  type Spec,
  type Workload,
} from './manifests.js';

interface Address {
  host: string;
  port: number;
}

/** The addresses in a text: of one URL, or of a list of members. */
const findAddresses = (text: string): Address[] =>
  [...text.matchAll(/[a-z]+:\/\/(?:[^/@,]*@)?([\w.-]+):(\d+)/g)].map(([, host = '', port]) => ({
    host,
    port: Number(port),
  }));

/** The Service of a host: `server-1.server` and `server` are of the Service `server`. */
const toService = (manifests: readonly Manifest[], { host }: Address): Spec | undefined => {
  const name = host.split('.').at(host.includes('.') ? 1 : 0);
  return ofKind(manifests, 'Service').find(({ metadata }) => metadata.name === name)?.spec;
};

/** Whether a policy of a direction lets pods with `from` reach pods with `to` at a port. */
function allows(
  manifests: readonly Manifest[],
  direction: 'Ingress' | 'Egress',
  from: Labels,
  to: Labels,
  port: number,
): boolean {
  const [own, peer] = direction === 'Ingress' ? [to, from] : [from, to];
  return ofKind(manifests, 'NetworkPolicy')
    .filter(({ spec }) => spec?.policyTypes?.includes(direction) && matches(spec.podSelector, own))
    .flatMap(({ spec }) =>
      direction === 'Ingress'
        ? (spec?.ingress ?? []).map(({ from: peers = [], ports = [] }) => ({ peers, ports }))
        : (spec?.egress ?? []).map(({ to: peers = [], ports = [] }) => ({ peers, ports })),
    )
    .some(
      ({ peers, ports }) =>
        ports.some((each) => each.port === port) &&
        peers.some(({ podSelector }) => podSelector !== undefined && matches(podSelector, peer)),
    );
}

/** The number of the port of a pod behind a port of its Service. */
function toPodPort(service: Spec, { pod }: Workload, port: number): number | undefined {
  const target = service.ports?.find((each) => each.port === port)?.targetPort;
  return pod.containers.flatMap((each) => each.ports ?? []).find(({ name }) => name === target)
    ?.containerPort;
}

function judge(
  manifests: readonly Manifest[],
  { title, workload }: Running,
  address: Address,
): string[] {
  const service = toService(manifests, address);
  const at = `${address.host}:${address.port}`;
  if (!service) return [`${title}: there is no Service for ${at}`];
  const selector = { matchLabels: service.selector as Labels };
  return findWorkloads(manifests)
    .filter(({ labels }) => matches(selector, labels))
    .flatMap((target) => {
      const port = toPodPort(service, target, address.port);
      if (port === undefined) return [`${title}: ${at} leads to no port`];
      return (['Egress', 'Ingress'] as const)
        .filter((way) => !allows(manifests, way, workload.labels, target.labels, port))
        .map((way) => `${title}: no policy allows ${at} (${way})`);
    });
}

/**
 * Every address of every process leads to pods of the namespace, and both directions allow it.
 * @param outside hosts that are not in the namespace.
 */
export const findUnreachable = (manifests: readonly Manifest[], outside: RegExp): string[] =>
  findRunning(manifests).flatMap((running) =>
    Object.values(running.env)
      .flatMap(findAddresses)
      .filter(({ host }) => !outside.test(host))
      .flatMap((address) => judge(manifests, running, address)),
  );
