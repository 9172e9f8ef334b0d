/**
 * Where the time of a payment goes: from the moment when it was due to its acceptance in
 * PostgreSQL, to its outcome, and to the answer. The clocks of the lab and of PostgreSQL are those
 * of one machine.
 */
import { z } from 'zod';
import { chargeDurationMs } from '../../shared/simulated-charge.js';
import type { Queryable } from '../../shared/postgres/postgres.js';
import type { AnsweredPayment } from '../load/send-users.js';

/** The gateway's timer in every system; a call takes 0.5 to 1.5 of the mean. */
export const GATEWAY = { seed: 1, latencyMs: 20 } as const;

/** Means over the payments of a step, ms. */
export interface PaymentLife {
  payments: number;
  /** Due → row in PostgreSQL. */
  acceptMs: number;
  /** Row → outcome, without the gateway's timer: queue, calls, commit. */
  processMs: number;
  /** The gateway's own timer. */
  gatewayMs: number;
  /** Outcome → answer at the client. */
  answerMs: number;
}

export interface PaidRow {
  id: string;
  status: string;
  /** Wall clock of PostgreSQL, ms. */
  acceptedMs: number;
  /** Null: no outcome. */
  completedMs: number | null;
}

const rows = z.array(
  z.object({
    id: z.string(),
    status: z.string(),
    acceptedMs: z.number(),
    completedMs: z.number().nullable(),
  }),
);

/** The rows of the payments; one that is missing has no row. */
export async function readRows(
  db: Queryable,
  paid: readonly AnsweredPayment[],
): Promise<Map<string, PaidRow>> {
  const text = `SELECT id, status::text, (extract(epoch FROM accepted_at) * 1000)::float8 AS "acceptedMs",
      (extract(epoch FROM completed_at) * 1000)::float8 AS "completedMs" FROM payment WHERE id = ANY($1)`;
  const found = rows.parse((await db.query(text, [paid.map(({ id }) => id)])).rows);
  return new Map(found.map((row) => [row.id, row]));
}

/** @returns null without a payment that has an outcome. Pure. */
export function summarizeLife(
  paid: readonly AnsweredPayment[],
  known: ReadonlyMap<string, PaidRow>,
): PaymentLife | null {
  const lives = paid.flatMap(({ id, dueMs, answeredMs }) => {
    const row = known.get(id);
    if (!row || row.completedMs === null) return [];
    const gatewayMs = chargeDurationMs(id, GATEWAY);
    return [
      {
        acceptMs: row.acceptedMs - dueMs,
        processMs: row.completedMs - row.acceptedMs - gatewayMs,
        gatewayMs,
        answerMs: answeredMs - row.completedMs,
      },
    ];
  });
  if (lives.length === 0) return null;
  const mean = (stage: keyof (typeof lives)[number]): number =>
    lives.reduce((all, life) => all + life[stage], 0) / lives.length;
  return {
    payments: lives.length,
    acceptMs: mean('acceptMs'),
    processMs: mean('processMs'),
    gatewayMs: mean('gatewayMs'),
    answerMs: mean('answerMs'),
  };
}
