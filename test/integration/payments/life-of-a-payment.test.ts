/**
 * Operations and cancellations through a replica and the stand-alone gateway: each is carried out
 * once, and the ledgers of both sides agree.
 */
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { PaymentKind } from '../../../shared/contracts/payment.js';
import { acceptPayments } from '../../../shared/postgres/ledger.js';
import { requestCancellation } from '../../../shared/postgres/cancel.js';
import { eventually } from '../../support/eventually.js';
import { newPayment, PATIENTS } from './fixture.js';
import { openGateway, type GatewayStage } from './gateway-stage.js';
import { allFinal, enqueue, record, replica } from './replica-stage.js';

let gateway: GatewayStage;
beforeEach(async () => {
  gateway = await openGateway();
});
afterEach(() => gateway.close());

const lead = async (): Promise<void> => {
  const started = await replica('server_1', {
    GATEWAY: 'http',
    GATEWAY_URL: gateway.url,
    RETRY_BASE_MS: '20',
    RETRY_CAP_MS: '60000',
  });
  await started.lead(record);
};

async function send(kind: PaymentKind, amountMinor: number, ofPayment?: string): Promise<string> {
  const payment = newPayment(PATIENTS[0], { kind, amountMinor, ofPayment: ofPayment ?? null });
  const accepted = await acceptPayments(record.pool, 0, 'test', [payment]);
  expect(accepted).toHaveLength(1);
  await enqueue([payment.id]);
  return payment.id;
}
const made = async (kind: PaymentKind, amountMinor: number, of?: string): Promise<string> => {
  const id = await send(kind, amountMinor, of);
  await allFinal();
  return id;
};

interface Outcome {
  id: string;
  status: string;
  reason: string | null;
}
const outcomes = async (): Promise<Record<string, string>> => {
  const { rows } = await record.pool.query<Outcome>('SELECT id, status, reason FROM payment');
  return Object.fromEntries(rows.map(({ id, status, reason }) => [id, reason ?? status]));
};

/** Approved movements by key, as kind and amount; a repeated key shows twice. */
const movements = (): string[] =>
  gateway.ledger
    .all()
    .flatMap(({ key, status, kind, amountMinor }) =>
      status === 'approved' ? [`${key} ${kind ?? 'charge'} ${amountMinor}`] : [],
    )
    .sort();
const savedMovements = async (): Promise<string[]> => {
  const { rows } = await record.pool.query<{ text: string }>(
    `SELECT id || ' ' || kind || ' ' || amount_minor AS text FROM payment WHERE status = 'SUCCEEDED'`,
  );
  return rows.map(({ text }) => text).sort();
};
const unbalanced = async (): Promise<unknown[]> =>
  (
    await record.pool.query<{ payment: string }>(
      'SELECT payment FROM ledger_entry GROUP BY payment HAVING sum(amount_minor) <> 0',
    )
  ).rows;

describe('a payment', () => {
  test('is authorized, captured in part and refunded in parts, also when answers are lost', async () => {
    await lead();
    const root = await made('authorize', 1_500);
    await gateway.faults({ loseAnswers: 3 });
    await made('capture', 1_000, root);
    await made('refund', 600, root);
    await made('refund', 400, root);
    expect(movements()).toHaveLength(4);
    expect(movements()).toEqual(await savedMovements());
    expect(await unbalanced()).toEqual([]);
  });

  test('control: a gateway that ignores keys carries an operation out twice', async () => {
    await lead();
    const root = await made('charge', 1_500);
    await gateway.faults({ ignoreKeys: true, loseAnswers: 1 });
    // The answer is lost, the look-up finds the refund; a second call of another leader repeats it.
    const refund = await made('refund', 1_500, root);
    const body = { amountMinor: 1_500, currency: 'USD', patientId: PATIENTS[0], of: root };
    await fetch(`${gateway.url}/refunds`, {
      method: 'POST',
      headers: {
        'authorization': 'Bearer internal',
        'content-type': 'application/json',
        'idempotency-key': refund,
      },
      body: JSON.stringify(body),
    });
    expect(movements()).not.toEqual(await savedMovements());
  });

  test('an operation that the gateway refuses is declined with its reason', async () => {
    await lead();
    const root = await made('charge', 1_500);
    // The gateway made a refund that is unknown here.
    gateway.ledger.record({
      key: 'elsewhere',
      status: 'approved',
      reference: 'x',
      amountMinor: 1_000,
      currency: 'USD',
      reason: null,
      at: new Date().toISOString(),
      kind: 'refund',
      of: root,
    });
    const refund = await made('refund', 1_500, root);
    expect((await outcomes())[refund]).toBe('REFUND_EXCEEDS_PAYMENT');
  });
});

describe('a cancellation', () => {
  test('before the leader loads the payment closes its key without a charge', async () => {
    const id = await send('charge', 1_500);
    expect(await requestCancellation(record.pool, id, 'wrong patient')).toBe(true);
    await lead();
    await allFinal();
    expect((await outcomes())[id]).toBe('CANCELLED');
    expect(movements()).toEqual([]);
    expect(gateway.asked.get(id)).toBeUndefined();
    expect(gateway.ledger.find(id)?.status).toBe('cancelled');
  });

  test('reaches a payment that waits for its next attempt', async () => {
    await gateway.faults({ refuseCharges: 1_000_000 });
    await lead();
    const id = await send('charge', 1_500);
    await eventually(
      async () => {
        const { rows } = await record.pool.query<{ attempts: number }>(
          'SELECT attempts FROM payment WHERE id = $1',
          [id],
        );
        return (rows[0]?.attempts ?? 0) >= 3;
      },
      { what: 'three failed attempts' },
    );
    await requestCancellation(record.pool, id, 'wrong patient');
    await allFinal();
    expect((await outcomes())[id]).toBe('CANCELLED');
  });

  test('after the charge was made answers with the charge', async () => {
    const id = await send('charge', 1_500);
    // An earlier leader charged it and died before the commit.
    gateway.ledger.record({
      key: id,
      status: 'approved',
      reference: 'first',
      amountMinor: 1_500,
      currency: 'USD',
      reason: null,
      at: new Date().toISOString(),
    });
    await requestCancellation(record.pool, id, 'wrong patient');
    await lead();
    await allFinal();
    expect((await outcomes())[id]).toBe('SUCCEEDED');
    expect(await unbalanced()).toEqual([]);
  });
});
