/** `npm run status` in words. 80 columns, plain text. Pure. */
import { z } from 'zod';

/** What we use of a monitor's `GET /status`; whatever else it says is passed on by `--json`. */
export const monitorStatus = z.looseObject({
  partitions: z.array(
    z.looseObject({
      partition: z.number(),
      term: z.number(),
      leader: z.string().nullable(),
      since: z.string().nullish(),
      reason: z.string().nullish(),
    }),
  ),
  replicas: z.array(
    z.looseObject({
      id: z.string(),
      admin: z.string(),
      observed: z.string(),
      role: z.string().nullish(),
      term: z.number().nullish(),
      pingMs: z.number().nullish(),
    }),
  ),
  monitors: z.array(z.looseObject({ id: z.string(), observed: z.string().nullish() })).default([]),
  queue: z.looseObject({
    waiting: z.number().nullish(),
    active: z.number().nullish(),
    pending: z.number().nullish(),
    failed: z.number().nullish(),
  }),
});
export type MonitorStatus = z.infer<typeof monitorStatus>;

export interface StatusView {
  pid: number;
  startedAt: string;
  processes: readonly { name: string; kind: string; pid: number | null; url: string }[];
  /** Null when no monitor answers. */
  status: MonitorStatus | null;
}

/** Columns as wide as their widest cell. */
function table(rows: readonly (readonly string[])[]): string[] {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows.map((row) => `  ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ')}`.trimEnd());
}

const shown = (value: string | number | null | undefined): string => (value === null || value === undefined ? '-' : String(value));

function ago(since: string | null | undefined, now: Date): string {
  const ms = now.getTime() - Date.parse(since ?? '');
  if (Number.isNaN(ms)) return '';
  const seconds = Math.max(0, Math.round(ms / 1000));
  if (seconds < 120) return ` for ${seconds} s`;
  const minutes = Math.round(seconds / 60);
  return minutes < 120 ? ` for ${minutes} min` : ` for ${Math.round(minutes / 60)} h`;
}

function leaders({ partitions }: MonitorStatus, now: Date): string[] {
  return partitions.flatMap(({ partition, term, leader, since, reason }) => {
    const where = partitions.length > 1 ? ` partition ${partition}` : '';
    if (leader === null) return [`Nobody leads${where} yet.`];
    return [`${leader} leads${where} in term ${term}${ago(since, now)}${reason ? `: ${reason}` : ''}.`];
  });
}

function replicaTable({ replicas }: MonitorStatus): string[] {
  const head = ['replica', 'admin', 'observed', 'role', 'term', 'ping'];
  const rows = replicas.map(({ id, admin, observed, role, term, pingMs }) => [
    id, admin, observed, shown(role), shown(term), typeof pingMs === 'number' ? `${pingMs.toFixed(1)} ms` : '-',
  ]);
  return table([head, ...rows]);
}

/** @param now for "leads for 12 s". */
export function statusText({ pid, startedAt, processes, status }: StatusView, now: Date): string {
  const list = table([['process', 'pid', 'address'], ...processes.map((process) => [process.name, shown(process.pid), process.url])]);
  const head = [`Relevo runs (pid ${pid})${ago(startedAt, now)}.`, '', ...list, ''];
  if (!status) return [...head, 'No monitor answers: payments go on, but nobody watches.', ''].join('\n');
  const { waiting, active, pending, failed } = status.queue;
  const watching = status.monitors.length > 1 ? [`Monitors: ${status.monitors.map(({ id, observed }) => `${id} ${shown(observed)}`).join(', ')}`] : [];
  const queue = `Queue: ${shown(waiting)} waiting, ${shown(active)} active. Payments: ${shown(pending)} pending, ${shown(failed)} failed.`;
  return [...head, ...leaders(status, now), '', ...replicaTable(status), '', ...watching, queue, ''].join('\n');
}
