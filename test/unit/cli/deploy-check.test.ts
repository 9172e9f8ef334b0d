/** The pure parts of `relevo deploy check`: failures, manifests, readiness and the verdict. */
import { EXIT } from '../../../cli/exit-codes.js';
import { keepInside, type DemoManifest } from '../../../cli/deploy/demo-manifests.js';
import { openKubectl, toKubectlFailure } from '../../../cli/deploy/kubectl.js';
import { describePods, judgeReadiness, type Item } from '../../../cli/deploy/readiness.js';
import { formatVerdict, judgeCheck, type CheckEvidence } from '../../../cli/deploy/verdict.js';

describe('a failure of kubectl', () => {
  it.each([
    ['error: current-context is not set', 'NO_CONTEXT', EXIT.setup],
    ['error: cannot locate context prod', 'CONTEXT_UNKNOWN', EXIT.arguments],
    [
      'Error from server (AlreadyExists): namespaces "a" already exists',
      'NAMESPACE_EXISTS',
      EXIT.no,
    ],
    ['Error from server (Forbidden): namespaces is forbidden', 'NOT_PERMITTED', EXIT.no],
    ['error: You must be logged in to the server (Unauthorized)', 'NOT_SIGNED_IN', EXIT.no],
    [
      'Unable to connect to the server: dial tcp: lookup x: no such host',
      'CLUSTER_UNREACHABLE',
      EXIT.unreachable,
    ],
    [
      'The connection to the server 127.0.0.1:1 was refused',
      'CLUSTER_UNREACHABLE',
      EXIT.unreachable,
    ],
    ['error: EOF', 'CLUSTER_UNREACHABLE', EXIT.unreachable],
    [
      'Unable to connect to the server: tls: failed to verify certificate: x509: certificate signed by unknown authority',
      'NOT_TRUSTED',
      EXIT.setup,
    ],
    ['error: error loading config file "/a": yaml: line 1', 'KUBECONFIG_INVALID', EXIT.setup],
    ['error: something new', 'KUBECTL_FAILED', EXIT.no],
    ['', 'KUBECTL_FAILED', EXIT.no],
  ])('"%s" is %s', (stderr, code, exitCode) => {
    expect(toKubectlFailure(stderr)).toMatchObject({ code, exitCode });
  });

  it('is NO_KUBECTL when the program does not exist', async () => {
    const kubectl = openKubectl('/nowhere/kubectl', {});
    await expect(kubectl.run(['version'])).rejects.toMatchObject({
      code: 'NO_KUBECTL',
      exitCode: EXIT.setup,
    });
  });
});

describe('the manifests of a check', () => {
  const toManifest = (kind: string, namespace?: string): DemoManifest => ({
    kind,
    metadata: { name: 'x', ...(namespace === undefined ? {} : { namespace }) },
  });

  it('are those of its namespace, without the namespace itself', () => {
    const manifests = [toManifest('Namespace'), toManifest('Service', 'mine')];
    expect(keepInside(manifests, 'mine')).toEqual([manifests[1]]);
  });

  it.each([['relevo'], [undefined]])('never reach the namespace %p', (namespace) => {
    const manifests = [toManifest('Service', 'mine'), toManifest('ClusterRole', namespace)];
    expect(() => keepInside(manifests, 'mine')).toThrow(
      'ClusterRole x is not in the namespace mine',
    );
  });
});

describe('readiness', () => {
  const toSet = (name: string, replicas: number, readyReplicas?: number): Item => ({
    kind: 'StatefulSet',
    metadata: { name },
    spec: { replicas },
    status: readyReplicas === undefined ? {} : { readyReplicas },
  });
  const toPod = (status: Item['status']): Item => ({
    kind: 'Pod',
    metadata: { name: 'server-1' },
    ...(status ? { status } : {}),
  });
  const waiting = (reason: string): Item =>
    toPod({
      phase: 'Pending',
      containerStatuses: [{ name: 'payments', state: { waiting: { reason, message: 'why' } } }],
    });

  it('names the workloads that are not ready, with their numbers', () => {
    const items = [toSet('server', 3, 2), toSet('redis', 1, 1), toSet('postgres', 1)];
    expect(judgeReadiness(items)).toEqual({
      waitingFor: ['server 2/3', 'postgres 0/1'],
      failure: null,
    });
  });

  it.each([
    ['ErrImagePull', true],
    ['ImagePullBackOff', true],
    ['ErrImageNeverPull', false],
    ['InvalidImageName', false],
  ])('gives up for an image that does not come: %s, which may pass: %p', (reason, mayPass) => {
    expect(judgeReadiness([waiting(reason)]).failure).toEqual({
      code: 'IMAGE_UNAVAILABLE',
      message: `server-1: ${reason}: why`,
      mayPass,
    });
  });

  it('waits for a container that is created or that restarts a few times', () => {
    const items = ['ContainerCreating', 'CrashLoopBackOff'].map(waiting);
    expect(judgeReadiness(items).failure).toBeNull();
  });

  it('gives up for a container that ends again and again, and for a failed Job', () => {
    const pod = toPod({ initContainerStatuses: [{ name: 'wait', restartCount: 5 }] });
    expect(judgeReadiness([pod]).failure?.code).toBe('NOT_STARTED');
    const job: Item = {
      kind: 'Job',
      metadata: { name: 'migrate' },
      status: { conditions: [{ type: 'Failed', status: 'True', message: 'no luck' }] },
    };
    expect(judgeReadiness([job]).failure?.message).toBe('Job migrate failed: no luck');
  });

  it('describes the pods that are not ready, with their reasons', () => {
    const ready = toPod({ phase: 'Running', conditions: [{ type: 'Ready', status: 'True' }] });
    const unscheduled = toPod({
      phase: 'Pending',
      conditions: [{ type: 'PodScheduled', status: 'False', message: 'no node has room' }],
    });
    expect(describePods([ready, waiting('ContainerCreating'), unscheduled])).toEqual([
      'server-1: Pending, payments: ContainerCreating',
      'server-1: Pending, no node has room',
    ]);
  });
});

describe('the verdict', () => {
  const ids = ['a', 'b'];
  const good: CheckEvidence = {
    received: ids.map((id) => ({ id, status: 'SUCCEEDED' })),
    refused: [],
    rows: ids.map((id) => ({ id, status: 'SUCCEEDED' })),
    charged: ids,
    before: { leader: 'server_1', term: 1 },
    after: { leader: 'server_2', term: 2 },
  };

  it('is valid for payments that were made once, under two leaders', () => {
    const verdict = judgeCheck(2, good);
    expect(verdict).toMatchObject({ verdict: 'valid', problems: [], payments: 2 });
    expect(formatVerdict(verdict)).toBe(
      '2 payments while server_1 was deleted; then server_2 led in term 2.\nVerdict: valid.',
    );
  });

  it.each<[string, Partial<CheckEvidence>, RegExp]>([
    ['a refused payment', { refused: ['TOO_BUSY'] }, /1 payments got no outcome: TOO_BUSY/],
    [
      'a failed payment',
      { received: [{ id: 'a', status: 'FAILED' }, ...good.received.slice(1)] },
      /1 payments did not succeed/,
    ],
    [
      'a pending row',
      { rows: [{ id: 'a', status: 'PENDING' }, ...good.rows.slice(1)] },
      /1 rows are not SUCCEEDED/,
    ],
    ['a lost row', { rows: good.rows.slice(1) }, /1 payments are missing in PostgreSQL/],
    [
      'an unknown row',
      { rows: [...good.rows, { id: 'c', status: 'SUCCEEDED' }] },
      /1 rows that no client was answered/,
    ],
    ['a missing charge', { charged: ['a'] }, /1 payments were not charged/],
    ['a charge for no payment', { charged: ['a', 'b', 'c'] }, /1 charges belong to no payment/],
    ['a charge twice', { charged: ['a', 'b', 'b'] }, /1 payments were charged twice/],
    [
      'a payment that was not sent',
      { received: good.received.slice(1) },
      /1 of 2 payments are known/,
    ],
    ['the same leader', { after: { leader: 'server_1', term: 2 } }, /no other replica leads/],
    ['the same term', { after: { leader: 'server_2', term: 1 } }, /no other replica leads/],
  ])('is invalid for %s', (_title, change, problem) => {
    const verdict = judgeCheck(2, { ...good, ...change });
    expect(verdict.verdict).toBe('invalid');
    expect(formatVerdict(verdict)).toMatch(problem);
  });
});
