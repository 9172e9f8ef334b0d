/**
 * A replica whose gateway loses answers, forgets keys, refuses or is unavailable: retries in order,
 * one charge each, on real engines.
 */
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { mkdtempSync, rmSync } from 'node:fs';
import type { Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createGatewayApp } from '../../../gateway/http/app.js';
import { GATEWAY_OPTIONS } from '../../../gateway/config.js';
import { GatewayLedger } from '../../../gateway/ledger.js';
import { relayed } from '../../../payments/metrics.js';
import { freePort } from '../../../local/processes/ports.js';
import { loadConfig } from '../../../shared/config.js';
import { closeServer, listen } from '../../../shared/http/http.js';
import { eventually } from '../../support/eventually.js';
import { PATIENTS } from './fixture.js';
import { allFinal, enqueue, inOrder, logger, record, replica, rows } from './replica-stage.js';

/** Payments of one patient that may come before an earlier one of the patient is finished. */
const STREAM_MAX = 250;
/** Number of payments that the relays of this process have returned so far. */
const putBackCount = async (): Promise<number> =>
  (await relayed.get()).values.reduce((sum, { value }) => sum + value, 0);
/** Before a payment may be given up. */
const LEAST_ATTEMPTS = 5;

describe('a gateway that fails', () => {
  let ledger: GatewayLedger;
  let server: Server;
  let folder: string;
  let url: string;
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'relevo-gateway-'));
    const port = await freePort();
    const file = join(folder, 'ledger.ndjson');
    const env = {
      PORT: String(port),
      INTERNAL_TOKEN: 'internal',
      FAULTS: 'on',
      GATEWAY_LATENCY_MS: '1',
      GATEWAY_LEDGER_FILE: file,
    };
    const config = loadConfig(GATEWAY_OPTIONS, env);
    ledger = new GatewayLedger(file);
    server = await listen(createGatewayApp(config, ledger, logger), port, '127.0.0.1');
    url = `http://127.0.0.1:${port}`;
  });
  afterEach(async () => {
    server.closeAllConnections();
    await closeServer(server);
    ledger.close();
    rmSync(folder, { recursive: true });
  });

  const faults = (body: object) =>
    fetch(`${url}/faults`, {
      method: 'POST',
      headers: { 'authorization': 'Bearer internal', 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
  const gatewayEnv = () => ({
    GATEWAY: 'http',
    GATEWAY_URL: url,
    GATEWAY_TIMEOUT_MS: '10000',
    RETRY_BASE_MS: '20',
    RETRY_CAP_MS: '100',
    GIVE_UP_AFTER_MS: '0',
  });

  test('answers lost after the charge: one charge each, and the payments SUCCEEDED', async () => {
    await faults({ loseAnswers: 5 });
    await (await replica('server_1', gatewayEnv())).lead(record);
    await enqueue(await record.accept(20));
    expect((await allFinal()).every(({ status }) => status === 'SUCCEEDED')).toBe(true);
    expect(ledger.all()).toHaveLength(20);
  });

  test('control: a gateway that forgets its keys shows the second charge', async () => {
    await faults({ loseAnswers: 1, ignoreKeys: true });
    const first = await replica('server_1', gatewayEnv());
    await first.lead(record);
    const [id] = (await record.accept(1)) as [string];
    await enqueue([id]);
    await allFinal();
    await fetch(`${url}/charges`, {
      method: 'POST',
      headers: {
        'authorization': 'Bearer internal',
        'content-type': 'application/json',
        'idempotency-key': id,
      },
      body: JSON.stringify({ amountMinor: 1500, currency: 'USD', patientId: PATIENTS[0] }),
    });
    expect(ledger.all().filter(({ key }) => key === id)).toHaveLength(2);
  });

  test('refused for a while: retried with backoff until it succeeds, patients in order', async () => {
    await faults({ refuseCharges: 6 });
    // Whom the refusals hit is chance: no payment shall be given up, however many of them it meets.
    await (await replica('server_1', { ...gatewayEnv(), GIVE_UP_AFTER_MS: '60000' })).lead(record);
    await enqueue(await record.accept(30), 10);
    const found = await allFinal();
    expect(found.every(({ status }) => status === 'SUCCEEDED')).toBe(true);
    expect(found.some(({ attempts }) => attempts > 1)).toBe(true);
    for (let patient = 0; patient < 3; patient += 1)
      expect(inOrder(found.filter((_row, index) => index % 3 === patient))).toBe(true);
  });

  test('a payment refused once is finished although later ones of its patient keep arriving, in order and without a flood of parcels', async () => {
    const [patient] = PATIENTS;
    await faults({ slowMs: 300 });
    await (await replica('server_1', gatewayEnv())).lead(record);
    const before = await putBackCount();
    const refused = async () => (await rows()).find(({ attempts }) => attempts > 1);
    let sent = 0;
    for (; sent < STREAM_MAX && (await refused())?.status !== 'SUCCEEDED'; sent += 1) {
      await enqueue(await record.accept(1, [patient]));
      if (sent === 10) await faults({ slowMs: 300, refuseCharges: 1 });
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    expect(sent).toBeLessThan(STREAM_MAX);
    const found = await allFinal();
    expect(found.every(({ status }) => status === 'SUCCEEDED')).toBe(true);
    expect(inOrder(found)).toBe(true);
    expect((await putBackCount()) - before).toBeLessThan(sent * 5);
  });

  test('refused too often: FAILED, and the key is closed, so that no late call can charge it', async () => {
    await faults({ refuseCharges: 1_000 });
    await (await replica('server_1', gatewayEnv())).lead(record);
    const [id] = (await record.accept(1)) as [string];
    await enqueue([id]);
    expect(await allFinal()).toMatchObject([{ status: 'FAILED', attempts: LEAST_ATTEMPTS }]);
    expect(ledger.find(id)?.status).toBe('cancelled');
  });

  test('down: no payment is given up while the gateway cannot confirm an outcome; up again, each gets one', async () => {
    await faults({ down: true });
    await (await replica('server_1', gatewayEnv())).lead(record);
    await enqueue(await record.accept(9));
    const tried = `SELECT min(attempts) AS least FROM (SELECT max(attempts) AS attempts FROM payment GROUP BY patient_id) AS patient`;
    await eventually(
      async () =>
        (await record.pool.query<{ least: number }>(tried)).rows[0]!.least > LEAST_ATTEMPTS,
      { what: 'tried more often than is needed to be given up' },
    );
    expect((await rows()).every(({ status }) => status === 'PENDING')).toBe(true);
    await faults({});
    const found = await allFinal();
    // A last attempt may find the gateway down for the charge and up for the closing of the key:
    // then FAILED is confirmed.
    const word: Record<string, string> = { SUCCEEDED: 'approved', FAILED: 'cancelled' };
    expect(found.filter(({ id, status }) => ledger.find(id)?.status !== word[status])).toEqual([]);
    expect(found.filter(({ status }) => status === 'SUCCEEDED').length).toBeGreaterThan(
      found.length / 2,
    );
    expect(ledger.all()).toHaveLength(9);
  });
});
