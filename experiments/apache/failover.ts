/** Exercises 5 and 6: the least elected instance is stopped, and started again. */
import { readApacheMembers, type ApacheMember } from '../../shared/balancer/apache-control.js';
import { pollUntil } from '../../shared/wait-until.js';
import { Browser } from '../balancer/browser.js';
import type { RunningBalancer } from '../balancer/replicated-web.js';
import { visitAsNew } from './console.js';
import {
  countSince,
  readElections,
  ROUTE_COOKIE,
  STICKY,
  withoutInstances,
  type ExerciseContext,
} from './context.js';
import type { ApacheFigures, FailbackFigures, InstanceFailoverFigures } from './figures.js';

/** New sessions before, during and after the failure. */
const SESSIONS = 30;
const STATE_MS = 30_000;
const POLL_MS = 100;

async function readStatus({ file }: RunningBalancer, name: string): Promise<string> {
  return (await readApacheMembers(file)).find((member) => member.name === name)?.status ?? '';
}

/** Opens a session on each instance. @returns the browsers by instance. */
async function openSessions(
  { url }: RunningBalancer,
  signal: AbortSignal,
): Promise<Map<string, Browser>> {
  const browsers = new Map<string, Browser>();
  for (let index = 0; index <= SESSIONS; index += 1) {
    signal.throwIfAborted();
    const browser = new Browser({ url });
    const { instance } = await browser.visit();
    if (instance === null || browsers.has(instance)) browser.close();
    else browsers.set(instance, browser);
  }
  return browsers;
}

/** The last one of several with the fewest. */
const findLeastElected = (members: readonly ApacheMember[]): string =>
  members.reduce((least, member) => (member.elected <= least.elected ? member : least)).name;

async function failOver(
  running: RunningBalancer,
  {
    before,
    stopped,
    pinned,
  }: Pick<InstanceFailoverFigures, 'before' | 'stopped'> & { pinned: Browser },
  signal: AbortSignal,
): Promise<InstanceFailoverFigures> {
  const { instance, error } = await pinned.visit();
  const failed = (await visitAsNew(running, SESSIONS, signal)) + (error === null ? 0 : 1);
  const status = await readStatus(running, stopped);
  return { before, stopped, sent: SESSIONS + 1, failed, servedBy: instance, status };
}

/** The balancer tries the instance again for the request of a new session. */
async function failBack(
  running: RunningBalancer,
  returned: string,
  signal: AbortSignal,
): Promise<FailbackFigures> {
  let failed = 0;
  const isBack = async (): Promise<boolean> => {
    failed += await visitAsNew(running, 1, signal);
    return (await readStatus(running, returned)) === 'Init Ok';
  };
  await pollUntil(isBack, { deadlineMs: STATE_MS, pollMs: POLL_MS, signal });
  const status = await readStatus(running, returned);
  const before = await readElections(running);
  failed += await visitAsNew(running, SESSIONS, signal);
  return { returned, status, sent: SESSIONS, failed, elected: await countSince(running, before) };
}

export function measureFailover(
  context: ExerciseContext,
): Promise<Pick<ApacheFigures, 'failover' | 'failback'>> {
  const { web, signal, show } = context;
  show('Exercise 5 of 8: failover');
  return web.withBalancer(STICKY, async (running) => {
    const browsers = await openSessions(running, signal);
    const before = await readApacheMembers(running.file);
    const stopped = findLeastElected(before);
    const pinned = browsers.get(stopped);
    if (pinned?.getCookie(ROUTE_COOKIE) !== `.${stopped}`)
      throw new Error(`no session has the cookie of ${stopped}`);
    const failover = await withoutInstances(context, [stopped], () =>
      failOver(running, { before, stopped, pinned }, signal),
    );
    browsers.forEach((browser) => browser.close());
    show('Exercise 6 of 8: failback');
    return { failover, failback: await failBack(running, stopped, signal) };
  });
}
