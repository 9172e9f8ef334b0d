/** The objectives of restarts under load: all of them are numbers that must be exact. Pure. */
import { sum } from '../statistics/statistics.js';
import type { Objective } from '../record/result.js';
import type { RestartFigures } from './figures.js';
import type { SessionFigures } from './visitors.js';

const toObjective = (name: string, target: number, actual: number): Objective => ({
  name,
  target,
  actual,
  met: actual === target,
});

export const rollingObjectives = (
  restarts: readonly RestartFigures[],
  sessions: SessionFigures,
  count: number,
): Objective[] => [
  toObjective(
    'restarts after which every process was back',
    count,
    restarts.filter(({ isDone }) => isDone).length,
  ),
  toObjective('payments that failed', 0, sum(restarts.map(({ failed }) => failed))),
  toObjective('views that failed', 0, sessions.failedViews),
  toObjective('flows that failed', 0, sessions.failedFlows),
  toObjective('sessions that were lost', 0, sessions.lostSessions),
];
