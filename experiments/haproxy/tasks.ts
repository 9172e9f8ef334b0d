/** The five tasks of the published report, each with a balancer of its own. */
import { DEFAULT_CHECK, DEFAULT_WEIGHT } from '../../shared/balancer/pool.js';
import { Browser, type Visit } from '../balancer/browser.js';
import { sendAsUsers, type LoadFigures, type UsersOptions } from '../balancer/load.js';
import type { RunningBalancer, ReplicatedWeb } from '../balancer/replicated-web.js';
import type { DelayFigures, HaproxyFigures, VisitFigures } from './figures.js';

/** Requests of a user at once while a server is slow, so that a row takes seconds. */
export const PARALLEL = 20;
/** Delays of the first server, as published. */
const DELAYS_MS = [0, 250, 2_500] as const;
const WEIGHTS_DELAY_MS = 250;
/** Visits of a browser, or new browsers, of a row about states. */
const FEW = 10;
const MANY = 100;

export interface TaskContext {
  web: ReplicatedWeb;
  servers: readonly [string, string];
  /** Requests of each user. */
  requestsEach: number;
  signal: AbortSignal;
  show: (text: string) => void;
}

function toVisitFigures(visits: readonly Visit[]): VisitFigures {
  const sessions = visits.flatMap(({ session }) => (session === null ? [] : [session]));
  const byInstance: Record<string, number> = {};
  for (const { instance, error } of visits)
    if (error === null && instance !== null) byInstance[instance] = (byInstance[instance] ?? 0) + 1;
  return {
    sent: visits.length,
    failed: visits.filter(({ error }) => error !== null).length,
    sessions: new Set(sessions.map(({ id }) => id)).size,
    highestViews: Math.max(0, ...sessions.map(({ views }) => views)),
    byInstance,
  };
}

async function visitInTurn(
  browser: Browser,
  count: number,
  signal: AbortSignal,
): Promise<VisitFigures> {
  const visits: Visit[] = [];
  for (let index = 0; index < count; index += 1) {
    signal.throwIfAborted();
    visits.push(await browser.visit());
  }
  return toVisitFigures(visits);
}

/** The first visits of new browsers. */
async function visitAsNew(url: string, count: number, signal: AbortSignal): Promise<VisitFigures> {
  const visits: Visit[] = [];
  for (let index = 0; index < count; index += 1) {
    signal.throwIfAborted();
    const browser = new Browser({ url });
    visits.push(await browser.visit());
    browser.close();
  }
  return toVisitFigures(visits);
}

/** Sends the requests of the users, with progress. */
function load(
  { requestsEach, signal, show }: TaskContext,
  { url }: RunningBalancer,
  task: string,
  options: Partial<UsersOptions> & { users: number },
): Promise<LoadFigures> {
  const all = { url, requestsEach, parallel: 1, cookies: 'keep' as const, signal, ...options };
  const total = all.users * all.requestsEach;
  return sendAsUsers({ ...all, onProgress: (sent) => show(`${task} · ${sent}/${total} requests`) });
}

export async function measureRoundRobin(
  context: TaskContext,
): Promise<Pick<HaproxyFigures, 'turns' | 'alone' | 'aloneLoad'>> {
  const { web, signal } = context;
  context.show('Task 1 of 6: round robin without affinity');
  const turns = await web.withBalancer({ affinity: 'none' }, async ({ url }) => {
    const browser = new Browser({ url });
    const visits = await visitInTurn(browser, MANY, signal);
    browser.close();
    return visits;
  });
  const members = web.members().slice(0, 1);
  return web.withBalancer({ affinity: 'none', members }, async (running) => {
    const browser = new Browser({ url: running.url });
    const alone = await visitInTurn(browser, MANY, signal);
    browser.close();
    const one = { users: 1, requestsEach: MANY };
    const aloneLoad = await load(context, running, 'Task 1 of 6: one server alone', one);
    return { turns, alone, aloneLoad };
  });
}

export function measureAffinity(
  context: TaskContext,
): Promise<Pick<HaproxyFigures, 'sameBrowser' | 'secondBrowser' | 'oneUser' | 'twoUsers'>> {
  const { web, signal } = context;
  return web.withBalancer({}, async (running) => {
    const [first, second] = [new Browser(running), new Browser(running)];
    const sameBrowser = await visitInTurn(first, FEW, signal);
    const secondBrowser = await visitInTurn(second, FEW, signal);
    first.close();
    second.close();
    const oneUser = await load(context, running, 'Task 2 of 6: one user', { users: 1 });
    const twoUsers = await load(context, running, 'Task 2 of 6: two users', { users: 2 });
    return { sameBrowser, secondBrowser, oneUser, twoUsers };
  });
}

/** A browser whose cookies name the server. */
async function findBrowserOf(server: string, { url }: RunningBalancer): Promise<Browser> {
  for (let tries = 0; tries < FEW; tries += 1) {
    const browser = new Browser({ url });
    if ((await browser.visit()).instance === server) return browser;
    browser.close();
  }
  throw new Error(`no new session reached ${server}`);
}

export function measureStates({
  web,
  servers: [server],
  signal,
  show,
}: TaskContext): Promise<
  Pick<HaproxyFigures, 'drainedOld' | 'drainedNew' | 'maintOld' | 'readyNew'>
> {
  show('Task 3 of 6: DRAIN, MAINT and ready');
  return web.withBalancer({}, async (running) => {
    const { control, url } = running;
    const browser = await findBrowserOf(server, running);
    await control.set(server, 'drain');
    const drainedOld = await visitInTurn(browser, FEW, signal);
    const drainedNew = await visitAsNew(url, FEW, signal);
    await control.set(server, 'maint');
    const maintOld = await visitInTurn(browser, FEW, signal);
    browser.close();
    await control.set(server, 'ready');
    await running.waitFor(server, 'up');
    return { drainedOld, drainedNew, maintOld, readyNew: await visitAsNew(url, FEW, signal) };
  });
}

async function measureDelay(context: TaskContext, delayMs: number): Promise<DelayFigures> {
  const { web, servers, show } = context;
  const [server] = servers;
  const task = `Task 4 of 6: ${delayMs} ms`;
  const isTooSlow = delayMs > DEFAULT_CHECK.timeoutMs;
  show(task);
  return web.withBalancer({}, async (running) => {
    const undo = web.slow(server, delayMs);
    try {
      const startMs = performance.now();
      const isDown = isTooSlow && (await running.waitFor(server, 'down'));
      const downAfterMs = isDown ? Math.round(performance.now() - startMs) : null;
      const parallel = delayMs > 0 && !isTooSlow ? PARALLEL : 1;
      const figures = await load(context, running, task, { users: 2, parallel });
      const states = await running.control.read();
      const upAtEnd = states.some(({ name, observed }) => name === server && observed === 'up');
      return { delayMs, load: figures, upAtEnd, downAfterMs };
    } finally {
      undo();
    }
  });
}

export async function measureDelays(context: TaskContext): Promise<Pick<HaproxyFigures, 'delays'>> {
  const delays: DelayFigures[] = [];
  for (const delayMs of DELAYS_MS) delays.push(await measureDelay(context, delayMs));
  return { delays };
}

export async function measureWeights(
  context: TaskContext,
): Promise<Pick<HaproxyFigures, 'weightsKept' | 'weightsCleared'>> {
  const { web, servers, requestsEach } = context;
  const [server] = servers;
  const changes = { members: web.members({ [server]: 2 * DEFAULT_WEIGHT }) };
  const undo = web.slow(server, WEIGHTS_DELAY_MS);
  const all = { users: 1, requestsEach: 2 * requestsEach, parallel: PARALLEL };
  try {
    const weightsKept = await web.withBalancer(changes, async (running) => {
      // Two successive sessions of three may both go to the heavy server, but not after this one.
      (await findBrowserOf(server, running)).close();
      return load(context, running, 'Task 5 of 6: cookies kept', { users: 2, parallel: PARALLEL });
    });
    const weightsCleared = await web.withBalancer(changes, (running) =>
      load(context, running, 'Task 5 of 6: cookies cleared', { ...all, cookies: 'clear' }),
    );
    return { weightsKept, weightsCleared };
  } finally {
    undo();
  }
}
