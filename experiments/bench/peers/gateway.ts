/**
 * The gateway of all peers: in the worker's own process, as Relevo's simulated one; a call is a
 * wait. In the benchmark of kills the money moves in the middle of the call: one row in a ledger of
 * its own database, committed by itself, without an idempotency key.
 */
import pg from 'pg';
import { sleep } from '../../../shared/clock.js';
import type { PeerOrder, PeerPlace } from '../peer.js';

/** Connections to the ledger. */
const LEDGER_POOL = 10;
let ledger: pg.Pool | null = null;

/** The ledger's pool; the end of the process closes it. */
function openLedger(url: string): pg.Pool {
  ledger ??= new pg.Pool({ connectionString: url, max: LEDGER_POOL }).on('error', (error) =>
    console.error(error.message),
  );
  return ledger;
}

/** One payment's call, of the duration of `place`; 0: returns at once. */
export async function simulateCharge(
  { gatewayLatencyMs, kills }: Pick<PeerPlace, 'gatewayLatencyMs' | 'kills'>,
  { id }: Pick<PeerOrder, 'id'>,
): Promise<void> {
  if (!kills) {
    if (gatewayLatencyMs > 0) await sleep(gatewayLatencyMs);
    return;
  }
  await sleep(gatewayLatencyMs * (0.25 + Math.random() / 2));
  await openLedger(kills.ledgerUrl).query('INSERT INTO charge (payment) VALUES ($1)', [id]);
  await sleep(gatewayLatencyMs * (0.25 + Math.random() / 2));
}
