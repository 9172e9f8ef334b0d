/** The rows of exercises 5 to 7: an instance fails, returns, and fails within a session. Pure. */
import { compareRow, factRow, NOT_PUBLISHED, type ComparedRow } from '../balancer/rows.js';
import { listElected, showElected } from './elections.js';
import type { ApacheFigures, MidSessionFigures } from './figures.js';

/** Sessions by which the share of a returned instance may differ from a third: its failed turns. */
const SHARE_TOLERANCE = 3;

export function failoverRows(figures: ApacheFigures): ComparedRow[] {
  const { failover, failback } = figures;
  const { stopped, servedBy } = failover;
  const isElsewhere = servedBy !== null && servedBy !== stopped;
  const share = failback.elected[failback.returned] ?? 0;
  return [
    factRow(
      {
        id: '5.1',
        what: 'least elected off: served by',
        published: 'another',
        measured: servedBy ?? 'no answer',
      },
      isElsewhere,
    ),
    compareRow({
      id: '5.2',
      what: 'requests that fail',
      published: '0',
      measured: `${failover.failed} of ${failover.sent}`,
      target: 0,
      actual: failover.failed,
      failed: 0,
    }),
    factRow(
      {
        id: '5.3',
        what: 'state of the stopped one',
        published: 'Init Err',
        measured: failover.status,
      },
      failover.status === 'Init Err',
    ),
    factRow(
      { id: '6.1', what: 'started again: state', published: 'Init Ok', measured: failback.status },
      failback.status === 'Init Ok',
    ),
    compareRow({
      id: '6.2',
      what: 'new sessions: Elected grows',
      published: 'takes its share',
      measured: showElected(listElected(figures, failback)),
      target: failback.sent / figures.instances.length,
      actual: share,
      tolerance: SHARE_TOLERANCE,
      failed: failback.failed,
    }),
  ];
}

const isMoved = ({ first, second }: MidSessionFigures): boolean =>
  second !== null && second !== first;

export function midSessionRows({ midSession: { memory, redis } }: ApacheFigures): ComparedRow[] {
  return [
    factRow(
      {
        id: '7.1',
        what: 'off mid-session: served by',
        published: 'another',
        measured: memory.second ?? 'no answer',
      },
      isMoved(memory),
    ),
    factRow(
      {
        id: '7.2',
        what: 'the payment',
        published: 'rejected',
        measured: memory.paid ? 'accepted' : 'rejected',
      },
      !memory.paid && memory.sessionLost && memory.recordedBy === null,
    ),
    factRow(
      {
        id: '7.3',
        what: 'the cookie ROUTEID',
        published: 'moves',
        measured: memory.cookieMoved ? 'moves' : 'stays',
      },
      memory.cookieMoved,
    ),
    factRow(
      {
        id: '7.4',
        what: 'Redis: the payment',
        published: NOT_PUBLISHED,
        measured: redis.paid ? 'accepted' : 'rejected',
      },
      redis.paid && isMoved(redis),
    ),
    factRow(
      {
        id: '7.5',
        what: 'Redis: the record names',
        published: NOT_PUBLISHED,
        measured: redis.recordedBy ?? 'no record',
      },
      redis.recordedBy !== null && redis.recordedBy === redis.second,
    ),
  ];
}
