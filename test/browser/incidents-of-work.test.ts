/**
 * Incidents of the leadership and of the work on a whole system, as an operator sees them: no
 * replica, repeated elections, a growing backlog, a slow gateway.
 */
import { test } from '@jest/globals';
import { setTimeout as delay } from 'node:timers/promises';
import { describeInBrowser, useBrowser } from '../support/browser.js';
import { eventually } from '../support/eventually.js';
import { TEST_MS, useIncidents, type Incident, type Undo } from './incident-stage.js';

/** More than the alert allows in ten minutes. */
const ELECTIONS = 4;
/** Payments of the first batches: more than the alert allows. */
const FIRST = [1_000, 1_000, 1_000, 1_000, 1_000, 1_000];
/** Payments of each later batch, which are more than a slow gateway completes in the pause. */
const LATER = 200;
/** Pause between two later batches, in ms. */
const PACE_MS = 500;
/** Duration of a slow call, in ms. Below the time limit of a call, so that each is answered. */
const SLOW_MS = 600;

describeInBrowser('incidents of the work', () => {
  const browser = useBrowser();
  // With fewer calls at the same time, a slow gateway completes less than is accepted.
  const stage = useIncidents(browser, () => ({
    supervise: true,
    env: { GATEWAY_MAX_SOCKETS: '64' },
  }));

  /** Kills the leader as soon as there is a standby, and waits for another leader. */
  async function loseLeader(): Promise<void> {
    const { system } = stage();
    await eventually(() => system.replicas.filter(({ up }) => up).length > 1, {
      what: 'a standby',
    });
    const lost = await stage().leader();
    system.process(lost).kill('SIGKILL');
    await eventually(async () => ![lost, ''].includes(await stage().leader()), {
      what: 'another leader',
    });
  }

  /** Makes a backlog that grows slowly until the undo, because it must end afterwards. */
  function keepPaying(): Undo {
    let isOver = false;
    const sending = (async () => {
      for (const count of FIRST) await stage().pay(count);
      for (; !isOver; await delay(PACE_MS)) await stage().pay(LATER);
    })();
    // The undo reports a failure.
    sending.catch(() => undefined);
    return () => {
      isOver = true;
      return sending;
    };
  }

  test.each<[title: string, incident: Incident]>([
    [
      'all replicas are dead',
      {
        alert: /^No replica leads/,
        action: /Start a replica/,
        cause: async () => {
          const names = stage().system.replicas.map(({ name }) => name);
          const starts = await Promise.all(names.map((name) => stage().stop(name)));
          return () => Promise.all(starts.map((start) => start()));
        },
      },
    ],
    [
      'the gateway is slow',
      {
        alert: /^Half of the calls to the gateway take/,
        action: /operator of the gateway/,
        cause: async () => {
          await stage().gateway({ slowMs: SLOW_MS });
          await stage().pay(100);
          return async () => {
            await stage().gateway({});
            // Without later calls, the slow ones are the measure for a minute.
            await stage().pay(300);
          };
        },
      },
    ],
    [
      'the backlog grows',
      {
        alert: /^The backlog grows/,
        action: /Find the slow part/,
        cause: async () => {
          await stage().gateway({ slowMs: SLOW_MS });
          const end = keepPaying();
          return async () => {
            await stage().gateway({});
            await end();
          };
        },
      },
    ],
    [
      'the leader dies again and again',
      {
        alert: /^The leadership changed \d+ times/,
        action: /reasons of the elections/,
        cause: async () => {
          for (let count = 0; count < ELECTIONS; count += 1) await loseLeader();
          // Forged, because a test cannot wait for ten minutes: the age of the elections. A trigger
          // protects the history, and a monitor reads it again after the next election, which is
          // planned and does not count.
          return async () => {
            await stage().sql(
              `SET session_replication_role = replica;
               UPDATE election SET elected_at = elected_at - interval '10 minutes'`,
            );
            await stage().handOver();
          };
        },
      },
    ],
  ])(
    '%s: the overview shows it, one key opens the first action, and it clears by itself',
    (_title, incident) => stage().check(incident),
    TEST_MS,
  );
});
