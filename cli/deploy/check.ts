/**
 * One check of a cluster: a namespace of its own, the demo overlay in it, 230 payments while the
 * pod of the leader is deleted, the verdict, and the clean-up in every case.
 */
import { waitUntil } from '../../shared/wait-until.js';
import { EXIT } from '../exit-codes.js';
import { CommandFailure } from '../failure.js';
import { readToken, renderDemo, requireKustomize, type DemoManifest } from './demo-manifests.js';
import { readEvidence } from './evidence.js';
import type { Kubectl } from './kubectl.js';
import { createNamespace, deleteNamespace } from './own-namespace.js';
import { createPortForward } from './port-forward.js';
import { describePods, judgeReadiness, type Item, type Readiness } from './readiness.js';
import { PAYMENTS, sendPayments, waitForLeader, type Ways } from './traffic.js';
import { judgeCheck, type CheckVerdict } from './verdict.js';

export interface CheckOptions {
  kubectl: Kubectl;
  /** The name of the namespace that the check creates. */
  namespace: string;
  /** Null: as in the demo overlay. */
  image: string | null;
  /** Longest wait until every pod is ready, in ms. */
  startMs: number;
  onProgress: (text: string) => void;
  /** Receives lines that stay: the clean-up, above all when it fails. */
  onNote: (text: string) => void;
  signal: AbortSignal;
}

const POLL_MS = 2_000;
/** A reason that may pass, such as a registry that refuses a pull, ends the check after this. */
const PASSING_MS = 60_000;
const KINDS = 'pods,statefulsets,deployments,jobs';

async function readItems({ kubectl, namespace, signal }: CheckOptions): Promise<Item[]> {
  const text = await kubectl.run(['-n', namespace, 'get', KINDS, '-o', 'json'], { signal });
  return (JSON.parse(text) as { items: Item[] }).items;
}

const IMAGE_HINT =
  'Bring the image to the nodes (`kind load docker-image relevo:0.1.0`), or name one in a registry: --image NAME.';

/** Ends the wait for a failure that lasts, or that does not pass at all. @throws CommandFailure */
function createJudge(now: () => number): (failure: Readiness['failure']) => void {
  let since: number | null = null;
  return (failure) => {
    since = failure === null ? null : (since ?? now());
    if (failure === null || (failure.mayPass && now() - (since ?? 0) < PASSING_MS)) return;
    const hint = failure.code === 'IMAGE_UNAVAILABLE' ? IMAGE_HINT : null;
    throw new CommandFailure(failure.code, failure.message, EXIT.setup, hint);
  };
}

/** @throws CommandFailure IMAGE_UNAVAILABLE, NOT_STARTED, START_TIMEOUT */
async function waitUntilReady(options: CheckOptions): Promise<void> {
  let items: Item[] = [];
  const endFor = createJudge(() => performance.now());
  await waitUntil(
    async () => {
      items = await readItems(options);
      const { waitingFor, failure } = judgeReadiness(items);
      endFor(failure);
      options.onProgress(`Waiting for ${waitingFor.join(', ')} …`);
      return waitingFor.length === 0;
    },
    {
      deadlineMs: options.startMs,
      pollMs: POLL_MS,
      signal: options.signal,
      toError: () =>
        new CommandFailure(
          'START_TIMEOUT',
          `Not every pod is ready after ${options.startMs / 1_000} s.\n${describePods(items).join('\n')}`,
          EXIT.setup,
        ),
    },
  );
}

/** Pays, deletes the pod of the leader meanwhile, and reads the evidence. */
async function observe(options: CheckOptions, ways: Ways): Promise<CheckVerdict> {
  const { kubectl, namespace, signal, onProgress } = options;
  const before = await waitForLeader(ways, 0);
  const pod = before.leader.replaceAll('_', '-');
  const deleteLeader = async (): Promise<void> => {
    await kubectl.run(['-n', namespace, 'delete', 'pod', pod, '--wait=false'], { signal });
  };
  const outcomes = await sendPayments(ways, deleteLeader, (answers) =>
    onProgress(`${answers} of ${PAYMENTS} payments …`),
  );
  const after = await waitForLeader(ways, before.term);
  const evidence = await readEvidence(kubectl, namespace, signal);
  return judgeCheck(PAYMENTS, { ...outcomes, ...evidence, before, after });
}

async function runInside(
  options: CheckOptions,
  manifests: readonly DemoManifest[],
): Promise<CheckVerdict> {
  const { kubectl, namespace, signal, onProgress } = options;
  const input = JSON.stringify({ apiVersion: 'v1', kind: 'List', items: manifests });
  onProgress(`Applying ${manifests.length} objects …`);
  await kubectl.run(['-n', namespace, 'apply', '-f', '-'], { input, signal });
  await waitUntilReady(options);
  const patients = createPortForward(kubectl, namespace, 'patients', 4000);
  const console = createPortForward(kubectl, namespace, 'console', 5000);
  const tokens = {
    api: readToken(manifests, 'API_TOKEN'),
    operator: readToken(manifests, 'OPERATOR_TOKEN'),
  };
  try {
    return await observe(options, {
      patients: patients.address,
      console: console.address,
      tokens,
      signal,
    });
  } finally {
    patients.close();
    console.close();
  }
}

/** @throws CommandFailure of every step; the namespace is deleted then too. */
export async function checkCluster(options: CheckOptions): Promise<CheckVerdict> {
  const { kubectl, namespace, image, onProgress, onNote, signal } = options;
  await requireKustomize(kubectl);
  const manifests = await renderDemo(kubectl, namespace, image);
  signal.throwIfAborted();
  const own = await createNamespace(kubectl, namespace);
  try {
    signal.throwIfAborted();
    return await runInside(options, manifests);
  } finally {
    onProgress(`Deleting the namespace ${namespace} …`);
    const left = `Delete it by hand: kubectl delete namespace ${namespace}`;
    await deleteNamespace(kubectl, own).then(
      (gone) => (gone ? undefined : onNote(`The namespace ${namespace} is not gone yet. ${left}`)),
      (error: Error) => onNote(`The namespace ${namespace} remains: ${error.message} ${left}`),
    );
    onProgress('');
  }
}
