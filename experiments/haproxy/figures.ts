/** The measurements of the experiment haproxy, task by task. */
import type { Strategy } from '../../shared/balancer/pool.js';
import type { LoadFigures } from '../balancer/load.js';

/** The visits of one browser, or of several new ones, one after the other. */
export interface VisitFigures {
  sent: number;
  failed: number;
  /** Number of different session ids. */
  sessions: number;
  /** Highest number of visits that a session counted. */
  highestViews: number;
  byInstance: Readonly<Record<string, number>>;
}

export interface DelayFigures {
  delayMs: number;
  load: LoadFigures;
  /** Whether the check regarded the slow server as up after the requests. */
  upAtEnd: boolean;
  /**
   * From the beginning of the delay until the check marked the server DOWN, ms; null: it did not.
   */
  downAfterMs: number | null;
}

export interface StrategyFigures {
  strategy: Strategy;
  load: LoadFigures;
  failed: number;
  /** Share of the requests that the slow server answered. */
  slowShare: number;
}

export interface HaproxyFigures {
  /** Names of the servers; the first is the one that is drained, slow or heavy. */
  servers: readonly [string, string];
  turns: VisitFigures;
  alone: VisitFigures;
  aloneLoad: LoadFigures;
  sameBrowser: VisitFigures;
  secondBrowser: VisitFigures;
  oneUser: LoadFigures;
  twoUsers: LoadFigures;
  drainedOld: VisitFigures;
  drainedNew: VisitFigures;
  maintOld: VisitFigures;
  readyNew: VisitFigures;
  delays: readonly DelayFigures[];
  weightsKept: LoadFigures;
  weightsCleared: LoadFigures;
  strategies: readonly StrategyFigures[];
  /** Delay of the slow server during the comparison of the strategies, ms. */
  strategyDelayMs: number;
  strategyRatePerSec: number;
}
