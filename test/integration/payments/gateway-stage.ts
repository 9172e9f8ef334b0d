/**
 * The stand-alone gateway in this process, on a port of its own, with its fault switches and its
 * ledger.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createGatewayApp } from '../../../gateway/http/app.js';
import { GATEWAY_OPTIONS } from '../../../gateway/config.js';
import type { GatewayFaults } from '../../../gateway/faults.js';
import { GatewayLedger } from '../../../gateway/ledger.js';
import { loadConfig } from '../../../shared/config.js';
import { closeServer, listen } from '../../../shared/http/http.js';
import { logger } from './replica-stage.js';

export interface GatewayStage {
  url: string;
  ledger: GatewayLedger;
  /** Charge calls received so far, by key. */
  asked: ReadonlyMap<string, number>;
  faults(faults: Partial<GatewayFaults>): Promise<unknown>;
  close(): Promise<void>;
}

export async function openGateway(latencyMs = 1): Promise<GatewayStage> {
  const folder = mkdtempSync(join(tmpdir(), 'relevo-gateway-'));
  const file = join(folder, 'ledger.ndjson');
  const env = {
    INTERNAL_TOKEN: 'internal',
    FAULTS: 'on',
    GATEWAY_LATENCY_MS: String(latencyMs),
    GATEWAY_LEDGER_FILE: file,
  };
  const ledger = new GatewayLedger(file);
  const server = await listen(
    createGatewayApp(loadConfig(GATEWAY_OPTIONS, env), ledger, logger),
    0,
    '127.0.0.1',
  );
  const asked = new Map<string, number>();
  server.on('request', ({ method, url, headers }) => {
    const key = String(headers['idempotency-key']);
    if (method === 'POST' && url === '/charges') asked.set(key, (asked.get(key) ?? 0) + 1);
  });
  const url = `http://127.0.0.1:${(server.address() as { port: number }).port}`;
  return {
    url,
    ledger,
    asked,
    faults: (faults) =>
      fetch(`${url}/faults`, {
        method: 'POST',
        headers: { 'authorization': 'Bearer internal', 'content-type': 'application/json' },
        body: JSON.stringify(faults),
      }),
    close: async () => {
      server.closeAllConnections();
      await closeServer(server);
      ledger.close();
      rmSync(folder, { recursive: true });
    },
  };
}
