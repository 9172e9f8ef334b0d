/** Formats the state of a batch as text and tables of 80 columns. Pure. */
import type { Batch } from '../../shared/contracts/batch.js';
import { formatDuration } from '../output/format-time.js';
import { EXIT } from '../exit-codes.js';
import type { Paint } from '../output/paint.js';
import { formatTable, WIDTH, wrap } from '../output/table.js';
import { percentile } from '../../shared/percentile.js';

type BatchPayment = Batch['payments'][number];

/** `99.957 %`. Never rounded up to 100. */
export function formatPercent(share: number): string {
  const shown = (share * 100).toFixed(3);
  return `${shown === '100.000' && share < 1 ? '99.999' : shown} %`;
}

/** 0: all succeeded. 2: some are pending. 1: some were declined or failed. */
export function getBatchExitCode({
  sent,
  succeeded,
  pending,
}: Pick<Batch, 'sent' | 'succeeded' | 'pending'>): number {
  if (pending > 0) return EXIT.pending;
  return succeeded === sent ? EXIT.done : EXIT.no;
}

/** The line of progress. @param waiting why the oldest pending payment waits; null: not known. */
export function formatProgress(
  { sent, succeeded, declined, failed, pending }: Batch,
  leaders: readonly string[],
  waiting: string | null = null,
): string {
  const others = declined + failed > 0 ? `, ${declined} declined, ${failed} failed` : '';
  const by = leaders.length > 0 ? `; by ${leaders.join(', ')}` : '';
  return `${sent - pending} of ${sent} final: ${succeeded} succeeded${others}${by}${waiting === null ? '' : `; waiting: ${waiting}`}`;
}

/** The replicas that decided payments of the batch so far, ordered by term. */
export function getLeaders({ payments }: Batch): string[] {
  const terms = new Map<number, string>();
  for (const { processedBy, term } of payments)
    if (processedBy !== null && term !== null) terms.set(term, processedBy);
  return [...terms].sort(([a], [b]) => a - b).map(([term, replica]) => `${replica} (term ${term})`);
}

function groups(payments: readonly BatchPayment[]): string[][] {
  const counts = new Map<
    string,
    { cells: string[]; term: number; count: number; attempts: number; latencies: number[] }
  >();
  for (const { status, processedBy, term, attempts, latencyMs } of payments) {
    const cells = [status.toLowerCase(), processedBy ?? '-', term === null ? '-' : String(term)];
    const group = counts.get(cells.join()) ?? {
      cells,
      term: term ?? Infinity,
      count: 0,
      attempts: 0,
      latencies: [],
    };
    counts.set(cells.join(), group);
    group.count += 1;
    group.attempts = Math.max(group.attempts, attempts);
    if (latencyMs !== null) group.latencies.push(latencyMs);
  }
  return [...counts.values()]
    .sort((a, b) => a.term - b.term)
    .map(({ cells, count, attempts, latencies }) => {
      return [
        ...cells,
        String(count),
        String(attempts),
        formatDuration(percentile(latencies, 0.5)),
        formatDuration(percentile(latencies, 1)),
      ];
    });
}

/** The first pending payment of the batch; undefined: none is pending, or none is stored yet. */
export const findPending = ({ payments }: Batch): string | undefined =>
  payments.find(({ status }) => status === 'PENDING')?.id;

export interface BatchView {
  batch: Batch;
  /** As measured by this client; null when another client sent the batch. */
  tookMs: number | null;
  /** Why its first pending payment waits; null: not known, or none is pending. */
  waiting: string | null;
}

/** The complete answer. */
export function formatBatch({ batch, tookMs, waiting }: BatchView, paint: Paint): string {
  const { batchId, sent, succeeded, declined, failed, pending, availability, payments } = batch;
  const latencies = payments.flatMap(({ latencyMs }) => latencyMs ?? []);
  const format = (share: number): string => formatDuration(percentile(latencies, share));
  const latency = `p50 ${format(0.5)}, p95 ${format(0.95)}, longest ${format(1)}`;
  const share = formatPercent(availability);
  return [
    `Batch ${batchId}`,
    '',
    ...formatTable(
      ['status', 'replica', 'term', 'payments', 'attempts', 'p50', 'longest'],
      groups(payments),
      '  ',
    ),
    '',
    `${sent} sent, ${succeeded} succeeded, ${declined} declined, ${failed} failed, ${pending} pending${tookMs === null ? '' : `, in ${formatDuration(tookMs)}`}.`,
    ...(waiting === null ? [] : wrap(`Waiting: ${waiting}.`, WIDTH)),
    `Availability (succeeded of sent): ${paint(succeeded === sent ? 'green' : 'yellow', share)}`,
    `From acceptance to outcome: ${latency}`,
  ].join('\n');
}
