/** Compares each row of the published report about HAProxy with the measurement. Pure. */
import { failedOf } from '../balancer/load.js';
import {
  compareRow,
  latencyRow,
  showCounts,
  type PublishedLatency,
  type ComparedRow,
} from '../balancer/rows.js';
import type { Objective } from '../record/result.js';
import type { DelayFigures, HaproxyFigures, VisitFigures } from './figures.js';

/** Requests by which a distribution by weights may differ: the turn of each server at the ends. */
const WEIGHTS_TOLERANCE = 2;

/** Requests of the servers, in their order. */
const listCounts = (
  { servers }: Pick<HaproxyFigures, 'servers'>,
  { byInstance }: Pick<VisitFigures, 'byInstance'>,
): readonly [number, number] => [byInstance[servers[0]] ?? 0, byInstance[servers[1]] ?? 0];

function roundRobinRows(figures: HaproxyFigures): ComparedRow[] {
  const { turns, alone, aloneLoad } = figures;
  const [one] = listCounts(figures, turns);
  return [
    compareRow({
      id: '1.1',
      what: 'no affinity: session ids',
      published: 'new at every one',
      measured: `${turns.sessions} of ${turns.sent}`,
      target: turns.sent,
      actual: turns.sessions,
      failed: turns.failed,
    }),
    compareRow({
      id: '1.2',
      what: 'no affinity: highest counter',
      published: 'never grows',
      measured: String(turns.highestViews),
      target: 1,
      actual: turns.highestViews,
      failed: turns.failed,
    }),
    compareRow({
      id: '1.3',
      what: 'no affinity: requests s1 / s2',
      published: 'in turn',
      measured: showCounts(listCounts(figures, turns)),
      target: turns.sent / 2,
      actual: one,
      failed: turns.failed,
    }),
    compareRow({
      id: '1.4',
      what: 'one server alone: counter',
      published: 'grows',
      measured: `to ${alone.highestViews} of ${alone.sent}`,
      target: alone.sent,
      actual: alone.highestViews,
      failed: alone.failed,
    }),
    compareRow({
      id: '1.5',
      what: 'one server alone: errors',
      published: '0 of 100',
      measured: `${failedOf(aloneLoad)} of ${aloneLoad.sent}`,
      target: 0,
      actual: failedOf(aloneLoad),
      failed: 0,
    }),
    latencyRow('1.6', [6, 3, 22, 117.2], aloneLoad),
  ];
}

function affinityRows(figures: HaproxyFigures): ComparedRow[] {
  const { sameBrowser, secondBrowser, oneUser, twoUsers } = figures;
  const [first, second] = [sameBrowser, secondBrowser].map((visits) =>
    Object.keys(visits.byInstance),
  );
  const both = new Set([...(first ?? []), ...(second ?? [])]).size;
  const one = listCounts(figures, oneUser);
  const two = listCounts(figures, twoUsers);
  return [
    compareRow({
      id: '2.1',
      what: 'same browser: counter',
      published: 'stays, grows',
      measured: `to ${sameBrowser.highestViews} of ${sameBrowser.sent}`,
      target: sameBrowser.sent,
      actual: sameBrowser.highestViews,
      failed: sameBrowser.failed,
    }),
    compareRow({
      id: '2.2',
      what: 'servers of two browsers',
      published: 'one each',
      measured: `${both}`,
      target: 2,
      actual: first?.length === 1 && second?.length === 1 ? both : 0,
      failed: secondBrowser.failed,
    }),
    compareRow({
      id: '2.3',
      what: 'one user: requests at one server',
      published: '1,000 / 0',
      measured: showCounts(one),
      target: oneUser.sent,
      actual: Math.max(...one),
      failed: failedOf(oneUser),
    }),
    latencyRow('2.4', [9, null, 60, 81.7], oneUser),
    compareRow({
      id: '2.5',
      what: 'two users: requests s1 / s2',
      published: '1,000 / 1,000',
      measured: showCounts(two),
      target: twoUsers.sent / 2,
      actual: two[0],
      failed: failedOf(twoUsers),
    }),
  ];
}

function stateRows(figures: HaproxyFigures): ComparedRow[] {
  const { drainedOld, drainedNew, maintOld, readyNew } = figures;
  const stayed = listCounts(figures, drainedOld);
  const fresh = listCounts(figures, drainedNew);
  const moved = listCounts(figures, maintOld);
  const again = listCounts(figures, readyNew);
  return [
    compareRow({
      id: '3.1',
      what: 'DRAIN: old session s1 / s2',
      published: 'stays',
      measured: showCounts(stayed),
      target: drainedOld.sent,
      actual: stayed[0],
      failed: drainedOld.failed,
    }),
    compareRow({
      id: '3.2',
      what: 'DRAIN: new sessions s1 / s2',
      published: 'go to s2',
      measured: showCounts(fresh),
      target: drainedNew.sent,
      actual: fresh[1],
      failed: drainedNew.failed,
    }),
    compareRow({
      id: '3.3',
      what: 'MAINT: old session s1 / s2',
      published: 'moves to s2',
      measured: showCounts(moved),
      target: maintOld.sent,
      actual: moved[1],
      failed: maintOld.failed,
    }),
    compareRow({
      id: '3.4',
      what: 'MAINT: counter after the move',
      published: 'starts anew',
      measured: `to ${maintOld.highestViews} of ${maintOld.sent}`,
      target: maintOld.sent,
      actual: maintOld.highestViews,
      failed: maintOld.failed,
    }),
    compareRow({
      id: '3.5',
      what: 'ready: servers of new sessions',
      published: 'both',
      measured: showCounts(again),
      target: 2,
      actual: again.filter((number) => number > 0).length,
      failed: readyNew.failed,
    }),
  ];
}

/** Published with each delay: requests of s1 as a share of all, and latencies. */
const PUBLISHED_DELAYS: readonly {
  delayMs: number;
  published: string;
  /** Share of the requests at s2. */
  share: number;
  latency: PublishedLatency;
}[] = [
  { delayMs: 0, published: '1,000 / 1,000', share: 0.5, latency: [16, 2, 58, 102] },
  { delayMs: 250, published: '1,000 / 1,000', share: 0.5, latency: [763, null, 2038, 1.3] },
  { delayMs: 2_500, published: '0 / 2,000', share: 1, latency: [15, null, 58, 103.9] },
];

const showState = ({ upAtEnd, downAfterMs }: DelayFigures): string => {
  if (downAfterMs !== null && !upAtEnd) return `DOWN, ${(downAfterMs / 1_000).toFixed(1)} s`;
  return upAtEnd ? 'UP' : 'DOWN';
};

function delayRows(figures: HaproxyFigures): ComparedRow[] {
  return PUBLISHED_DELAYS.flatMap(({ delayMs, published, share, latency }, index) => {
    const measured = figures.delays.find((candidate) => candidate.delayMs === delayMs);
    if (!measured) return [];
    const { load, upAtEnd } = measured;
    const counts = listCounts(figures, load);
    const isDown = share === 1;
    const id = (row: number): string => `4.${3 * index + row}`;
    return [
      compareRow({
        id: id(1),
        what: `${delayMs} ms: check of s1`,
        published: isDown ? 'DOWN' : 'UP',
        measured: showState(measured),
        target: isDown ? 0 : 1,
        actual: upAtEnd ? 1 : 0,
        failed: 0,
      }),
      compareRow({
        id: id(2),
        what: `${delayMs} ms: requests s1 / s2`,
        published,
        measured: showCounts(counts),
        target: load.sent * share,
        actual: counts[1],
        failed: failedOf(load),
      }),
      latencyRow(id(3), latency, load),
    ];
  });
}

function weightRows(figures: HaproxyFigures): ComparedRow[] {
  const { weightsKept, weightsCleared } = figures;
  const kept = listCounts(figures, weightsKept);
  const cleared = listCounts(figures, weightsCleared);
  return [
    compareRow({
      id: '5.1',
      what: 'cookies kept: requests s1 / s2',
      published: '1,000 / 1,000',
      measured: showCounts(kept),
      target: weightsKept.sent / 2,
      actual: kept[0],
      failed: failedOf(weightsKept),
    }),
    compareRow({
      id: '5.2',
      what: 'cookies cleared: s1 / s2',
      published: '1,334 / 666',
      measured: showCounts(cleared),
      target: Math.ceil((weightsCleared.sent * 2) / 3),
      actual: cleared[0],
      tolerance: WEIGHTS_TOLERANCE,
      failed: failedOf(weightsCleared),
    }),
  ];
}

/** Every row of the five published tasks. */
export const compareWithPublished = (figures: HaproxyFigures): ComparedRow[] => [
  ...roundRobinRows(figures),
  ...affinityRows(figures),
  ...stateRows(figures),
  ...delayRows(figures),
  ...weightRows(figures),
];

/** One objective per row that must agree, and one per strategy: every request is answered. */
export const haproxyObjectives = (figures: HaproxyFigures): Objective[] => [
  ...compareWithPublished(figures).flatMap(({ objective }) => objective ?? []),
  ...figures.strategies.map(({ strategy, failed }) => ({
    name: `6 ${strategy}: failed requests`,
    target: 0,
    actual: failed,
    met: failed === 0,
  })),
];
