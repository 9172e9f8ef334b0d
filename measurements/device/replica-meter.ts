/**
 * Measures one payment replica: the mean processing latency since the last measurement, from the
 * replica's own metrics. Without payments in that time, the duration of its readiness check, which
 * covers PostgreSQL, Redis and the gateway (a probe).
 */
import { LARGEST_MEAN_MS, type MeasurementData } from '../../shared/contracts/measurements.js';
import { askText } from '../../shared/record/ask-json.js';

/** Sums of the replica since its start. */
interface Totals {
  parcels: number;
  seconds: number;
  payments: number;
}

const sum = (text: string, name: string): number => {
  const lines = text.matchAll(new RegExp(`^${name}(?:\\{[^}\\n]*\\})? (\\S+)`, 'gm'));
  return [...lines].reduce((total, [, value]) => total + Number(value), 0);
};

/** @param text in the Prometheus text format. */
export const toTotals = (text: string): Totals => ({
  parcels: sum(text, 'relevo_parcel_duration_seconds_count'),
  seconds: sum(text, 'relevo_parcel_duration_seconds_sum'),
  payments: sum(text, 'relevo_payments_completed_total'),
});

/** The mean since `before`, in ms; null: nothing was processed. A restarted replica counts anew. */
export function toLatency(before: Totals, now: Totals): { ms: number; payments: number } | null {
  const from = now.parcels < before.parcels ? { parcels: 0, seconds: 0, payments: 0 } : before;
  const parcels = now.parcels - from.parcels;
  const payments = now.payments - from.payments;
  const ms = ((now.seconds - from.seconds) / parcels) * 1_000;
  return parcels > 0 && payments > 0 && ms >= 0 ? { ms, payments } : null;
}

export class ReplicaMeter {
  private before: Totals | null = null;

  constructor(private readonly options: { replicaUrl: string; timeoutMs: number }) {}

  /** @throws Error when the replica does not answer in time, or is not ready. */
  async measure(): Promise<Omit<MeasurementData, 'round'>> {
    const totals = toTotals(await this.ask('/metrics'));
    const latency = this.before ? toLatency(this.before, totals) : null;
    this.before = totals;
    const measured = latency
      ? { ...latency, kind: 'payments' as const }
      : { ms: await this.probe(), kind: 'probe' as const, payments: 0 };
    return { ...measured, ms: Math.min(Math.round(measured.ms * 1_000) / 1_000, LARGEST_MEAN_MS) };
  }

  private async probe(): Promise<number> {
    const beganMs = performance.now();
    await this.ask('/readyz');
    return performance.now() - beganMs;
  }

  private async ask(path: string): Promise<string> {
    const { replicaUrl, timeoutMs } = this.options;
    const { status, text } = await askText(`${replicaUrl.replace(/\/$/, '')}${path}`, {
      timeoutMs,
    });
    if (status !== 200) throw new Error(`the replica answered ${status} at ${path}`);
    return text;
  }
}
