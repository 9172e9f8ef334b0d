/**
 * The pages of the console, and the data that they load, while millions of finished payments are in
 * the table. Measured as an operator requests them.
 */
import { measureTimes, request, type Times } from './read-times.js';
import type { GrowthTools } from './draining.js';
import { readRow } from './rows.js';

export interface PageFigures extends Times {
  path: string;
}

interface PageTargets {
  document: string;
  batchId: string;
  paymentId: string;
  failedId: string;
  /** `seq` of a payment in the middle of the table. */
  middle: number;
}

/** A payment in the middle of the table, its batch and its patient, and a failed payment. */
const TARGETS = `
SELECT payment.id AS "paymentId", patient.document, batch_id AS "batchId", seq AS middle,
       (SELECT payment_id FROM failed_payment ORDER BY seq DESC LIMIT 1) AS "failedId"
  FROM payment JOIN patient ON patient.id = patient_id
 WHERE seq >= (SELECT (min(seq) + max(seq)) / 2 FROM payment) AND batch_id IS NOT NULL AND status = 'SUCCEEDED' ORDER BY seq LIMIT 1`;

const HOUR_MS = 3_600_000;
const hoursAgo = (hours: number): string => new Date(Date.now() - hours * HOUR_MS).toISOString();

function listPaths({ document, batchId, paymentId, failedId, middle }: PageTargets): string[] {
  const filters = [
    '',
    '?status=PENDING',
    '?status=FAILED',
    '?status=DECLINED',
    '?processedBy=server_3',
    '?term=0',
    `?document=${document}`,
    `?q=${document}`,
    `?q=${paymentId}`,
    `?batchId=${batchId}`,
    `?before=${middle}`,
    `?from=${hoursAgo(48)}&to=${hoursAgo(24)}`,
  ];
  return [
    '/',
    ...filters.map((filter) => `/payments${filter}`),
    `/payments/${paymentId}`,
    `/payments/${paymentId}/actions/refund`,
    '/failed',
    `/failed/redrive?ids=${failedId}`,
    '/pending/cancel',
    '/queues',
    '/alerts.html',
    '/elections.html',
    '/audit.html',
    '/look-back.html',
    `/look-back?at=${hoursAgo(0.01)}`,
    `/series/range?from=${hoursAgo(24)}&to=${hoursAgo(0)}`,
    '/status',
    '/waiting',
  ];
}

/** Must be called while the system is idle. */
export async function measurePages({
  cluster,
  signal,
  onProgress,
}: Pick<GrowthTools, 'cluster' | 'signal' | 'onProgress'>): Promise<PageFigures[]> {
  const targets = await readRow<PageTargets>(cluster, TARGETS);
  if (!targets) throw new Error('there are no finished payments of a batch to show');
  const { system } = cluster;
  const [monitor] = system.monitors;
  if (!monitor) throw new Error('there is no monitor');
  const figures: PageFigures[] = [];
  for (const path of listPaths(targets)) {
    onProgress(`console: ${path}`);
    const url = `${monitor.url}${path}`;
    const times = await measureTimes(() => request(url, system.tokens.operator, signal));
    figures.push({ path, ...times });
  }
  return figures;
}
