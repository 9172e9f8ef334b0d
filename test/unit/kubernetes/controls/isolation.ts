/** Controls of the rules for the ways through the network. */
import { specOf, remove, type Control } from './control.js';

export const ISOLATION_CONTROLS: readonly Control[] = [
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
    rule: 'isolate every pod in both directions',
    spoil: (all) =>
      specOf(all, 'NetworkPolicy', 'server').ingress!.push({ ports: [{ port: 5001 }] }),
    problem: /StatefulSet server is open by the policy server/,
  },
  {
    rule: 'isolate every pod in both directions',
    spoil: (all) =>
      specOf(all, 'NetworkPolicy', 'resolve-names').egress!.push({ ports: [{ port: 443 }] }),
    problem: /Job migrate is open by the policy resolve-names/,
  },
  {
    rule: 'name the hosts of every way in',
    of: 'production',
    spoil: (all) => delete specOf(all, 'Ingress', 'patients').rules![0]!.host,
    problem: /Ingress patients accepts any host/,
  },
  {
    rule: 'name the hosts of every way in',
    of: 'gatewayApi',
    spoil: (all) => (specOf(all, 'HTTPRoute', 'patients').hostnames = ['*.example.org']),
    problem: /HTTPRoute patients accepts any host/,
  },
  {
    rule: 'accept routes of the own namespace only',
    of: 'gatewayApi',
    spoil: (all) =>
      (specOf(all, 'Gateway', 'public').listeners![0]!.allowedRoutes = {
        namespaces: { from: 'All' },
      }),
    problem: /Gateway public accepts routes of others at https/,
  },
];
