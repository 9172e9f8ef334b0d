/** The parts that the exercises share: the balancer, the two steps, instances that are stopped. */
import { readApacheMembers } from '../../shared/balancer/apache-control.js';
import { DEFAULT_CHECK, type Pool } from '../../shared/balancer/pool.js';
import { PaymentFlow, type FlowOptions } from '../balancer/flow.js';
import type { FlowStep } from '../balancer/flow-steps.js';
import type { ReplicatedWeb, RunningBalancer } from '../balancer/replicated-web.js';
import type { ReportedSessionStore } from './figures.js';

/** Name of the affinity cookie, as published. */
export const ROUTE_COOKIE = 'ROUTEID';
/** A part of a bill, in its currency: a patient can pay it often. */
const AMOUNT = '1';
/** The steps that must succeed until a payment is accepted. */
const TWO_STEPS = ['form', 'identify', 'bill', 'pay'] as const;
/** The published balancer has no health check: it notices a stopped instance by a request. */
const NO_CHECK_MS = 3_600_000;

export interface ExerciseContext {
  web: ReplicatedWeb;
  iterations: number;
  signal: AbortSignal;
  show: (text: string) => void;
}

export const STICKY: Partial<Pool> = {
  affinity: 'cookie',
  cookie: ROUTE_COOKIE,
  check: { ...DEFAULT_CHECK, intervalMs: NO_CHECK_MS },
};
export const NOT_STICKY: Partial<Pool> = { ...STICKY, affinity: 'none' };

export type Elections = Readonly<Record<string, number>>;

export const readElections = async ({ file }: RunningBalancer): Promise<Elections> =>
  Object.fromEntries((await readApacheMembers(file)).map(({ name, elected }) => [name, elected]));

/** The elections since `before`, by instance. */
export async function countSince(running: RunningBalancer, before: Elections): Promise<Elections> {
  const now = await readElections(running);
  return Object.fromEntries(
    Object.entries(now).map(([name, elected]) => [name, elected - (before[name] ?? 0)]),
  );
}

export const toFlow = (
  { url }: Pick<RunningBalancer, 'url'>,
  options: Omit<FlowOptions, 'url' | 'amount'>,
): PaymentFlow => new PaymentFlow({ url, amount: AMOUNT, ...options });

/** Performs the steps until one fails. @returns the last one. @throws AbortError */
export async function performTwoSteps(
  flow: PaymentFlow,
  signal: AbortSignal,
  names: readonly (typeof TWO_STEPS)[number][] = TWO_STEPS,
): Promise<FlowStep | null> {
  let last: FlowStep | null = null;
  for (const name of names) {
    signal.throwIfAborted();
    last = await flow.perform(name);
    if (last.error !== null) return last;
  }
  return last;
}

/** Stops instances, works without them, and starts them again. */
export async function withoutInstances<T>(
  { web, signal }: Pick<ExerciseContext, 'web' | 'signal'>,
  names: readonly string[],
  work: () => Promise<T>,
): Promise<T> {
  const processes = names.map((name) => web.cluster.system.process(name));
  await Promise.all(processes.map((process) => process.stop()));
  try {
    return await work();
  } finally {
    if (!signal.aborted) await Promise.all(processes.map((process) => process.start()));
  }
}

/** Restarts every instance with another session store. */
export async function useSessions(
  { web, signal }: Pick<ExerciseContext, 'web' | 'signal'>,
  store: ReportedSessionStore,
): Promise<void> {
  for (const process of web.cluster.system.patients) process.instruct({ SESSION_STORE: store });
  await withoutInstances({ web, signal }, web.instances, () => Promise.resolve());
}

/** The instance that wrote a record; null: there is none. */
export async function findWriter(
  { web }: Pick<ExerciseContext, 'web'>,
  paymentId: string | null,
): Promise<string | null> {
  const { rows } = await web.cluster.pool.query<{ acceptedBy: string }>(
    'SELECT accepted_by AS "acceptedBy" FROM payment WHERE id = $1',
    [paymentId],
  );
  return rows[0]?.acceptedBy ?? null;
}
