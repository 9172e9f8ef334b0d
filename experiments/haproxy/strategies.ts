/**
 * The task that the report leaves open: the strategies of HAProxy under the same traffic with one
 * slow server. The traffic is an open loop: it does not wait for the slow server.
 */
import { platform } from 'node:os';
import { seededRandom } from '../../shared/random.js';
import { STRATEGIES, type Strategy } from '../../shared/balancer/pool.js';
import { Browser } from '../balancer/browser.js';
import { failedOf, LoadRecorder, type LoadFigures } from '../balancer/load.js';
import type { RunningBalancer } from '../balancer/replicated-web.js';
import { dueTimes } from '../traffic/arrivals.js';
import { wallMs } from '../traffic/client.js';
import { sendOpenLoop } from '../traffic/open-loop.js';
import type { HaproxyFigures, StrategyFigures } from './figures.js';
import { type TaskContext } from './tasks.js';

/** Delay of the slow server, ms: shorter than the check's time-out, so that the server stays UP. */
const DELAY_MS = 1_000;
const RATE_PER_SEC = 100;
/** Clients with an address each, for `source`. */
const CLIENTS = 40;

export interface StrategyOptions {
  seed: number;
  /** Requests of each strategy. */
  requests: number;
}

/** Linux accepts every address of 127.0.0.0/8; other systems have only one. */
const toAddress = (index: number): string | undefined =>
  platform() === 'linux' ? `127.0.1.${index + 1}` : undefined;

/** Sends bills of random patients from random clients; the same ones for each strategy. */
async function sendBills(
  { web, signal, show }: TaskContext,
  { url }: RunningBalancer,
  { seed, requests, strategy }: StrategyOptions & { strategy: Strategy },
): Promise<LoadFigures> {
  const headers = { authorization: `Bearer ${web.cluster.system.tokens.api}` };
  const clients = Array.from(
    { length: CLIENTS },
    (_, index) => new Browser({ url, address: toAddress(index), headers }),
  );
  const random = seededRandom(seed, 'who pays');
  const recorder = new LoadRecorder();
  await sendOpenLoop({
    count: requests,
    due: dueTimes({
      ratePerSec: RATE_PER_SEC,
      arrivals: 'poisson',
      random: seededRandom(seed, 'arrivals'),
    }),
    signal,
    send: async (index, intendedMs) => {
      const path = `/api/patients/${random.pick(web.cluster.patients)}/bill`;
      const visit = await random.pick(clients).visit(path);
      recorder.add(visit, wallMs() - intendedMs);
      show(`Task 6 of 6: ${strategy} · ${index + 1}/${requests} requests`);
    },
  });
  clients.forEach((client) => client.close());
  return recorder.figures();
}

async function measureStrategy(
  context: TaskContext,
  options: StrategyOptions,
  strategy: Strategy,
): Promise<StrategyFigures> {
  const { web, servers } = context;
  const changes = { affinity: 'none', strategy } as const;
  const load = await web.withBalancer(changes, (running) =>
    sendBills(context, running, { ...options, strategy }),
  );
  const slowShare = (load.byInstance[servers[0]] ?? 0) / load.sent;
  return { strategy, load, failed: failedOf(load), slowShare };
}

export async function compareStrategies(
  context: TaskContext,
  options: StrategyOptions,
): Promise<Pick<HaproxyFigures, 'strategies' | 'strategyDelayMs' | 'strategyRatePerSec'>> {
  const undo = context.web.slow(context.servers[0], DELAY_MS);
  const strategies: StrategyFigures[] = [];
  try {
    for (const strategy of STRATEGIES)
      strategies.push(await measureStrategy(context, options, strategy));
  } finally {
    undo();
  }
  return { strategies, strategyDelayMs: DELAY_MS, strategyRatePerSec: RATE_PER_SEC };
}
