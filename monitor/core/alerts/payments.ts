/** The alerts about payments, their backlog and the gateway. Pure. */
import type { AlertFacts, AlertRule, AlertFinding } from './rule.js';

/** A smaller backlog is work of a moment. */
const BACKLOG_MIN = 5_000;
/** Growth of the backlog, payments per second. */
const GROWTH_PER_SEC = 1;
/** Age of the oldest pending payment, s. */
const OLDEST_SEC = 60;
/** Time without progress while payments wait, s. */
const STALLED_SEC = 5;
const SEC_MS = 1_000;
/** Share of the calls to the gateway that may have no answer. */
const FAILED_SHARE = 0.05;
/** Fewer calls in the last minute give no share and no median. */
const CALLS_MIN = 10;
/** Median duration of the calls to the gateway, s. Less than their default time limit of 1 s. */
const SLOW_SEC = 0.5;

const findGrowingBacklog = ({ status, pendingPerSec }: AlertFacts): AlertFinding[] => {
  const pending = status.queue.pending ?? 0;
  return pending > BACKLOG_MIN && (pendingPerSec ?? 0) > GROWTH_PER_SEC
    ? [{ subject: '', text: `The backlog grows; pending payments: ${pending}` }]
    : [];
};

const findOldBacklog = ({ oldestPendingSec }: AlertFacts): AlertFinding[] =>
  (oldestPendingSec ?? 0) > OLDEST_SEC
    ? [{ subject: '', text: 'A payment has waited for more than a minute' }]
    : [];

/** The gateway fails for all replicas that answer; a replica without an answer knows nothing. */
const findNoGateway = ({ status }: AlertFacts): AlertFinding[] => {
  const known = status.replicas.filter(
    ({ observed, reaches }) => observed === 'alive' && reaches !== null,
  );
  return known.length > 0 && known.every(({ reaches }) => reaches?.gateway === false)
    ? [{ subject: '', text: 'No replica reaches the gateway; payments wait and are retried' }]
    : [];
};

/** With a gateway that no replica reaches, RelevoGatewayAway says it already. */
const findFailingGateway = ({ status: { gateway } }: AlertFacts): AlertFinding[] => {
  const { calls, failed, reached } = gateway;
  return reached !== false && calls >= CALLS_MIN && failed / calls > FAILED_SHARE
    ? [{ subject: '', text: `Calls to the gateway without an answer: ${failed} of ${calls}` }]
    : [];
};

const findSlowGateway = ({ status: { gateway } }: AlertFacts): AlertFinding[] => {
  const seconds = (gateway.p50Ms ?? 0) / SEC_MS;
  return gateway.calls >= CALLS_MIN && seconds > SLOW_SEC
    ? [
        {
          subject: '',
          text: `Half of the calls to the gateway take ${seconds.toFixed(1)} s or more`,
        },
      ]
    : [];
};

const findStall = ({ status, stalledMs }: AlertFacts): AlertFinding[] =>
  (stalledMs ?? 0) > STALLED_SEC * SEC_MS
    ? [
        {
          subject: status.partitions[0]?.leader ?? '',
          text: `${status.partitions[0]?.leader ?? 'The leader'} makes no progress while payments wait`,
        },
      ]
    : [];

export const PAYMENT_ALERTS: readonly AlertRule[] = [
  {
    name: 'RelevoBacklogGrowing',
    severity: 'warning',
    expr: `max(deriv(relevo_backlog_payments[10m])) > ${GROWTH_PER_SEC} and max(relevo_backlog_payments) > ${BACKLOG_MIN}`,
    holds: '5m',
    summary: 'The backlog grows',
    description:
      'More payments are accepted than processed, by {{ $value | printf "%.0f" }} per second.',
    action:
      'Find the slow part: the gateway, PostgreSQL, or more payments than one leader completes.',
    find: findGrowingBacklog,
  },
  {
    name: 'RelevoBacklogOld',
    severity: 'critical',
    expr: `max(relevo_backlog_oldest_age_seconds) > ${OLDEST_SEC}`,
    holds: '1m',
    summary: 'A payment has waited for {{ $value | humanizeDuration }}',
    description:
      'The oldest payment that is not final is older than a minute. Its caller received 202 and does not know the outcome.',
    action: 'Read the story of the oldest pending payment; it names the cause.',
    find: findOldBacklog,
  },
  {
    name: 'RelevoRefusing',
    severity: 'critical',
    expr: 'sum by (reason) (rate(relevo_requests_refused_total[5m])) > 0',
    holds: '1m',
    summary: 'Payments are refused because a limit is reached: {{ $labels.reason }}',
    description: '{{ $value | printf "%.1f" }} requests per second are answered with 429 or 503.',
    action: 'Find the limit that is reached, and the cause of the backlog behind it.',
    find: null,
  },
  {
    name: 'RelevoPaymentsFailing',
    severity: 'warning',
    expr: [
      'sum(rate(relevo_payments_completed_total{status="FAILED"}[5m]))',
      '/ sum(rate(relevo_payments_completed_total[5m])) > 0.01',
    ].join('\n'),
    holds: '2m',
    summary: '{{ $value | humanizePercentage }} of the payments fail',
    description:
      'Their attempts at the gateway failed for too long; no money moved. They can be re-driven when the cause is removed.',
    action: 'Repair the gateway, then re-drive the failed payments.',
    find: null,
  },
  {
    name: 'RelevoGatewayFailing',
    severity: 'warning',
    expr: `relevo:gateway_calls_failed:ratio_rate5m > ${FAILED_SHARE}`,
    holds: '1m',
    summary: '{{ $value | humanizePercentage }} of the calls to the gateway have no answer',
    description:
      'Payments are retried with growing pauses. A payment that fails for GIVE_UP_AFTER_MS becomes FAILED.',
    action: 'Ask the operator of the gateway; payments are retried.',
    find: findFailingGateway,
  },
  {
    name: 'RelevoGatewaySlow',
    severity: 'warning',
    expr: `histogram_quantile(0.5, sum by (le) (rate(relevo_gateway_call_duration_seconds_bucket[5m]))) > ${SLOW_SEC}`,
    holds: '1m',
    summary: 'Half of the calls to the gateway take {{ $value | printf "%.1f" }} s or more',
    description:
      'Payments are processed, later than usual. A call longer than GATEWAY_TIMEOUT_MS counts as unanswered and is repeated.',
    action: 'Ask the operator of the gateway; the leader makes many calls at the same time.',
    find: findSlowGateway,
  },
  {
    name: 'RelevoGatewayAway',
    severity: 'critical',
    expr: 'max(relevo_dependency_up{dependency="gateway"}) == 0',
    holds: '30s',
    summary: 'No replica reaches the gateway',
    description:
      'Payments are accepted and retried. A payment becomes FAILED only after the gateway has closed its key.',
    action: 'Check the gateway and the network to it; payments are retried by themselves.',
    find: findNoGateway,
  },
  {
    name: 'RelevoPaymentsSetAside',
    severity: 'warning',
    expr: 'sum by (reason) (increase(relevo_payments_set_aside_total[10m])) > 2',
    holds: '1m',
    summary: 'PostgreSQL does not accept the outcome of some payments: {{ $labels.reason }}',
    description:
      'A payment was set aside again and again. It stays PENDING and is retried; later payments of its patient wait behind it.',
    action: 'Read the error of PostgreSQL in the log of the leader and remove its cause.',
    find: null,
  },
  {
    name: 'RelevoCommitStalls',
    severity: 'critical',
    expr: `max by (id) (relevo_work_stalled_seconds) > ${STALLED_SEC}`,
    holds: '10s',
    summary: '{{ $labels.id }} makes no progress',
    description:
      'Payments wait, and the leader has finished none of them for {{ $value | humanizeDuration }}.',
    action:
      'Check PostgreSQL for locks and a full disk; hand over the leadership if only this replica stalls.',
    find: findStall,
  },
];
