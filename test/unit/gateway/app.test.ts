/** The gateway over HTTP: a repeated request does not wait again. */
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { mkdtempSync, rmSync } from 'node:fs';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createGatewayApp } from '../../../gateway/http/app.js';
import { GATEWAY_OPTIONS } from '../../../gateway/config.js';
import { GatewayLedger } from '../../../gateway/ledger.js';
import { loadConfig } from '../../../shared/config.js';
import { closeServer, listen } from '../../../shared/http/http.js';
import { createLogger } from '../../../shared/observability/logger.js';

let folder: string;
let ledger: GatewayLedger;
let server: Server;
const serve = async (latencyMs: number): Promise<void> => {
  const config = loadConfig(GATEWAY_OPTIONS, {
    INTERNAL_TOKEN: 'internal',
    GATEWAY_LATENCY_MS: String(latencyMs),
  });
  server = await listen(
    createGatewayApp(config, ledger, createLogger('test', 'gateway', 'silent')),
    0,
    '127.0.0.1',
  );
};
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'relevo-gateway-'));
  ledger = new GatewayLedger(join(folder, 'ledger'));
});
afterEach(async () => {
  server.closeAllConnections();
  await closeServer(server);
  ledger.close();
  rmSync(folder, { recursive: true });
});

async function charge(key: string): Promise<{ status: string; reference: string }> {
  const answer = await fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}/charges`, {
    method: 'POST',
    headers: {
      'authorization': 'Bearer internal',
      'content-type': 'application/json',
      'idempotency-key': key,
    },
    body: JSON.stringify({
      amountMinor: 100,
      currency: 'USD',
      patientId: '00000000-0000-4000-8000-000000000001',
    }),
  });
  return (await answer.json()) as { status: string; reference: string };
}

test('a known key is answered without the duration of a charge', async () => {
  await serve(60_000);
  const at = new Date().toISOString();
  ledger.record({
    key: 'a',
    status: 'approved',
    reference: 'first',
    amountMinor: 100,
    currency: 'USD',
    reason: null,
    at,
  });
  expect(await charge('a')).toMatchObject({ status: 'approved', reference: 'first' });
});

test('ten simultaneous requests make one charge and all receive it', async () => {
  await serve(20);
  const answers = await Promise.all(Array.from({ length: 10 }, () => charge('a')));
  expect(new Set(answers.map(({ reference }) => reference)).size).toBe(1);
  expect(ledger.all()).toHaveLength(1);
});

test('control: another key is charged and takes its time', async () => {
  await serve(1);
  await Promise.all([charge('a'), charge('b')]);
  expect(
    ledger
      .all()
      .map(({ key }) => key)
      .sort(),
  ).toEqual(['a', 'b']);
});
