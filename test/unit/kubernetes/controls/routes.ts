/** Controls of the rules for Services, routes and network policies. */
import { specOf, remove, type Control } from './control.js';

export const ROUTE_CONTROLS: readonly Control[] = [
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
