/** Exercises 1 to 3: the balancer-manager, its elections, and the instances one at a time. */
import { z } from 'zod';
import { readApacheMembers } from '../../shared/balancer/apache-control.js';
import { DEFAULT_CHECK } from '../../shared/balancer/pool.js';
import { Browser } from '../balancer/browser.js';
import type { RunningBalancer } from '../balancer/replicated-web.js';
import {
  countSince,
  performTwoSteps,
  readElections,
  STICKY,
  toFlow,
  withoutInstances,
  type ExerciseContext,
} from './context.js';
import type { ApacheFigures, ElectionFigures, RecordFigures } from './figures.js';

/** Requests of exercise 2. */
const FEW = 20;
/** The sample patient whose records exercise 3 writes. */
const PATIENT = 1;

export function readWorkers({
  web,
  show,
}: ExerciseContext): Promise<Pick<ApacheFigures, 'workers'>> {
  show('Exercise 1 of 8: the balancer-manager');
  return web.withBalancer(STICKY, async ({ file }) => ({ workers: await readApacheMembers(file) }));
}

/** Visits of new browsers. @returns how many failed. @throws AbortError */
export async function visitAsNew(
  { url }: RunningBalancer,
  count: number,
  signal: AbortSignal,
): Promise<number> {
  let failed = 0;
  for (let index = 0; index < count; index += 1) {
    signal.throwIfAborted();
    const browser = new Browser({ url });
    if ((await browser.visit()).error !== null) failed += 1;
    browser.close();
  }
  return failed;
}

/** With health checks, so that the balancer knows the stopped instances before a request. */
export function measureOneUp(context: ExerciseContext): Promise<Pick<ApacheFigures, 'oneUp'>> {
  const { web, signal, show } = context;
  const others = web.instances.slice(1);
  show('Exercise 2 of 8: one instance is up');
  return web.withBalancer({ ...STICKY, check: DEFAULT_CHECK }, (running) =>
    withoutInstances(context, others, async () => {
      for (const name of others)
        if (!(await running.waitFor(name, 'down'))) throw new Error(`${name} is not down`);
      const before = await readElections(running);
      const failed = await visitAsNew(running, FEW, signal);
      const oneUp: ElectionFigures = {
        sent: FEW,
        failed,
        elected: await countSince(running, before),
      };
      return { oneUp };
    }),
  );
}

async function enableOnly(
  { control }: RunningBalancer,
  instance: string,
  instances: readonly string[],
): Promise<void> {
  await control.set(instance, 'ready');
  for (const other of instances) if (other !== instance) await control.set(other, 'maint');
}

const paymentList = z.object({
  payments: z.array(z.object({ id: z.string(), acceptedBy: z.string() })),
});

/** Whether the list of an instance has the records, each with its writer. */
async function listsAll(
  { web }: ExerciseContext,
  { url }: RunningBalancer,
  records: ReadonlyMap<string, string>,
  instance: string,
): Promise<boolean> {
  const headers = { authorization: `Bearer ${web.cluster.system.tokens.api}` };
  const browser = new Browser({ url, headers });
  const answer = await browser.ask('/api/payments?limit=100');
  browser.close();
  if (answer.status !== 200 || answer.instance !== instance) return false;
  const { payments } = paymentList.parse(JSON.parse(answer.text));
  const listed = new Map(payments.map(({ id, acceptedBy }) => [id, acceptedBy]));
  return [...records].every(([id, writer]) => listed.get(id) === writer);
}

export function writeRecords(context: ExerciseContext): Promise<Pick<ApacheFigures, 'records'>> {
  const { web, signal, show } = context;
  const { instances } = web;
  show('Exercise 3 of 8: one record through each instance');
  return web.withBalancer(STICKY, async (running) => {
    const records = new Map<string, string>();
    let listAll = 0;
    for (const instance of instances) {
      await enableOnly(running, instance, instances);
      const flow = toFlow(running, { patient: PATIENT });
      await performTwoSteps(flow, signal);
      flow.close();
      if (flow.paymentId !== null) records.set(flow.paymentId, instance);
    }
    const namedRight = await countNamedRight(context, records);
    for (const instance of instances) {
      await enableOnly(running, instance, instances);
      if (
        records.size === instances.length &&
        (await listsAll(context, running, records, instance))
      )
        listAll += 1;
    }
    const figures: RecordFigures = { instances: instances.length, namedRight, listAll };
    return { records: figures };
  });
}

/** How many records name their writer. @param records the expected writer by id. */
export async function countNamedRight(
  { web }: Pick<ExerciseContext, 'web'>,
  records: ReadonlyMap<string, string | null>,
): Promise<number> {
  const { rows } = await web.cluster.pool.query<{ id: string; acceptedBy: string }>(
    'SELECT id, accepted_by AS "acceptedBy" FROM payment WHERE id = ANY ($1::uuid[])',
    [[...records.keys()]],
  );
  return rows.filter(({ id, acceptedBy }) => records.get(id) === acceptedBy).length;
}
