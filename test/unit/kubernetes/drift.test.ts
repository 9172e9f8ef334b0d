/**
 * The manifests agree with the services: options, ids, members, ports, probes, ends, starts and
 * ways through the network. Each check has a control.
 */
import type { Server } from 'node:http';
import { createApp, finishApp, listen } from '../../../shared/http/http.js';
import { createLogger } from '../../../shared/observability/logger.js';
import { connectionsFit } from '../../support/kubernetes/connection-rule.js';
import * as rules from '../../support/kubernetes/drift-rules.js';
import { getWorkload, type Manifest, type Spec } from '../../support/kubernetes/manifests.js';
import { findUnreachable } from '../../support/kubernetes/reach.js';
import { renderAll, type Rendered } from '../../support/kubernetes/render.js';
import { describeWith } from '../../support/tools.js';

/** Hosts outside of the cluster. */
const OUTSIDE = /example\.org$/;
const addressesAreReachable: rules.Check = (manifests) => findUnreachable(manifests, OUTSIDE);

interface Control {
  check: rules.Check;
  /** The manifests to change. Default: `demo`. */
  of?: keyof Rendered;
  spoil: (manifests: Manifest[]) => void;
  problem: RegExp;
}

const setVariable = (all: Manifest[], workload: string, name: string, value: string): void => {
  const env = getWorkload(all, workload).pod.containers[0]?.env ?? [];
  const at = env.findIndex((each) => each.name === name);
  env.splice(at === -1 ? env.length : at, 1, { name, value });
};
const policy = (all: Manifest[], name: string): Spec =>
  all.find(({ kind, metadata }) => kind === 'NetworkPolicy' && metadata.name === name)?.spec ?? {};

const CONTROLS: Control[] = [
  {
    check: rules.optionsAreKnown,
    spoil: (all) => setVariable(all, 'server', 'SHUTDOWN_SECONDS', '5'),
    problem: /server-1, container payments: payments\/main.ts has no option SHUTDOWN_SECONDS/,
  },
  {
    check: rules.optionsAreKnown,
    spoil: (all) => setVariable(all, 'patients', 'TRUST_PROXY', 'perhaps'),
    problem: /TRUST_PROXY/,
  },
  {
    check: rules.optionsAreKnown,
    spoil: (all) =>
      (getWorkload(all, 'monitor').pod.containers[0]!.command = ['node', 'watch.mjs']),
    problem: /runs watch.mjs, which is not a program of ours/,
  },
  {
    check: rules.membersAreThere,
    spoil: (all) => (getWorkload(all, 'server').spec.replicas = 4),
    problem:
      /monitor-1, container monitor: REPLICAS is .*, not .*server_4=http:\/\/server-4.server:5001/,
  },
  {
    check: rules.membersAreThere,
    spoil: (all) => (getWorkload(all, 'monitor').spec.ordinals = { start: 0 }),
    problem: /MONITORS is .*, not monitor_0=/,
  },
  {
    check: rules.membersAreThere,
    spoil: (all) => setVariable(all, 'server', 'ID', 'server_1'),
    problem: /server-2, container payments has the id server_1/,
  },
  {
    check: rules.portsAgree,
    spoil: (all) => setVariable(all, 'server', 'PORT', '5002'),
    problem: /server-1, container payments listens on 0.0.0.0:5002, not on port 5001/,
  },
  {
    check: rules.endsAreOrderly,
    spoil: (all) => (getWorkload(all, 'patients').pod.terminationGracePeriodSeconds = 12),
    problem: /Deployment patients is killed after 9000 ms/,
  },
  {
    check: rules.requestsAreDrained,
    spoil: (all) => delete getWorkload(all, 'patients').pod.containers[0]?.lifecycle,
    problem: /Deployment patients refuses connections while it ends/,
  },
  {
    check: rules.startsAreOrdered,
    spoil: (all) => delete getWorkload(all, 'server').pod.initContainers,
    problem: /server-1, container payments does not wait for the database/,
  },
  {
    check: rules.probesHaveTheirMeaning,
    spoil: (all) =>
      (getWorkload(all, 'server').pod.containers[0]!.livenessProbe!.httpGet!.path = '/readyz'),
    problem: /server-1, container payments probes \/livez \/readyz \/readyz/,
  },
  {
    check: rules.settingsAreUsed,
    spoil: (all) =>
      Object.assign(all.find(({ kind }) => kind === 'ConfigMap')?.data ?? {}, { FAULTS: 'on' }),
    problem: /The setting FAULTS is used nowhere/,
  },
  {
    check: connectionsFit,
    spoil: (all) =>
      (all.find(({ kind }) => kind === 'HorizontalPodAutoscaler')!.spec!.maxReplicas = 6),
    problem: /The pods need 111 connections, PostgreSQL accepts 100/,
  },
  {
    check: connectionsFit,
    of: 'production',
    spoil: (all) => delete all.find(({ kind }) => kind === 'Cluster')?.spec?.postgresql?.parameters,
    problem: /PostgreSQL accepts 100/,
  },
  {
    check: addressesAreReachable,
    spoil: (all) => (policy(all, 'use-gateway').egress = []),
    problem: /server-1, container payments: no policy allows gateway:5100 \(Egress\)/,
  },
  {
    check: addressesAreReachable,
    spoil: (all) => (policy(all, 'server').ingress![0]!.ports![0]!.port = 5000),
    problem: /monitor-1, container monitor: no policy allows server-1.server:5001 \(Ingress\)/,
  },
  {
    check: addressesAreReachable,
    spoil: (all) => setVariable(all, 'monitor', 'PATIENTS', 'patients=http://patient:4000'),
    problem: /there is no Service for patient:4000/,
  },
  {
    check: addressesAreReachable,
    of: 'production',
    spoil: (all) => (policy(all, 'use-postgres').egress = []),
    problem: /migrate: no policy allows postgres-rw.relevo:5432 \(Egress\)/,
  },
  {
    check: addressesAreReachable,
    of: 'production',
    spoil: (all) => (policy(all, 'postgres').ingress = []),
    problem: /payments: no policy allows postgres-rw.relevo:5432 \(Ingress\)/,
  },
  {
    check: addressesAreReachable,
    of: 'production',
    spoil: (all) => (policy(all, 'use-gateway').egress![0]!.ports![0]!.port = 80),
    problem: /payments: no policy allows gateway.example.org:443 outside of the cluster/,
  },
  {
    check: addressesAreReachable,
    of: 'production',
    spoil: (all) => (policy(all, 'use-redis').egress = []),
    problem: /monitor: no policy allows redis.example.org:6379 outside of the cluster/,
  },
  {
    check: rules.consoleIsLinked,
    spoil: (all) => setVariable(all, 'patients', 'MONITOR_URL', 'http://127.0.0.1:5010'),
    problem: /container patients links http:\/\/127.0.0.1:5010, not http:\/\/127.0.0.1:5000/,
  },
  {
    // Only the links of a page may name the machine of the browser.
    check: addressesAreReachable,
    spoil: (all) => setVariable(all, 'server', 'GATEWAY_URL', 'http://127.0.0.1:5100'),
    problem: /there is no Service for 127.0.0.1:5100/,
  },
];

describeWith('kubectl', 'the manifests agree with the services', () => {
  let rendered: Rendered;
  let server: Server;
  beforeAll(async () => {
    rendered = await renderAll();
    const logger = createLogger('app', 'app', 'silent');
    const app = finishApp(createApp({ logger, bodyLimit: '1kb', ready: () => ({}) }), logger);
    server = await listen(app, 0, '127.0.0.1');
  });
  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });

  const checks = [...new Set(CONTROLS.map(({ check }) => check))];
  it.each(checks.map((check) => [check.name, check] as const))('by the rule %s', (_name, check) => {
    const sets = [rendered.demo, rendered.production, rendered.gatewayApi];
    expect(sets.map(check)).toEqual([[], [], []]);
  });

  it.each(CONTROLS)('control: $problem', ({ check, of = 'demo', spoil, problem }) => {
    const manifests = structuredClone(rendered[of]);
    spoil(manifests);
    expect(check(manifests).join('\n')).toMatch(problem);
  });

  it('the paths of the probes are routes of every service', async () => {
    const address = server.address();
    const port = typeof address === 'object' ? address?.port : null;
    const answer = async (path: string): Promise<number> =>
      (await fetch(`http://127.0.0.1:${port}${path}`)).status;
    const sets = [rendered.demo, rendered.production].map(rules.findProbePaths);
    const paths = [...new Set(sets.flatMap((set) => [...set]))];
    expect(paths.toSorted()).toEqual(['/livez', '/readyz']);
    expect(await Promise.all(paths.map(answer))).toEqual([200, 200]);
    // Control: the app answers no other path.
    expect(await answer('/healthz')).toBe(404);
  });
});
