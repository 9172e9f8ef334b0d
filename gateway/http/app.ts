/**
 * Implements a small, typical gateway: charges, authorizations, captures, voids and refunds by
 * idempotency key, look-up by key, and cancellation of a key before its order is carried out. A
 * known key is answered at once; a key whose order is in progress is answered when that is done.
 * With FAULTS=on it can be made to fail in many ways (faults.ts). /readyz reports whether it
 * accepts a new charge.
 */
import type { Express, Response } from 'express';
import { z } from 'zod';
import { requireToken } from '../../shared/http/auth.js';
import { sleep } from '../../shared/clock.js';
import { chargeRequest, operationRequest, type Charge } from '../../shared/contracts/gateway.js';
import { parseWritten } from '../../shared/contracts/ids.js';
import type { PaymentKind } from '../../shared/contracts/payment.js';
import { Problem } from '../../shared/errors.js';
import { createApp, finishApp, parse } from '../../shared/http/http.js';
import type { Logger } from '../../shared/observability/logger.js';
import type { GatewayConfig } from '../config.js';
import { canCharge, gatewayFaults, NO_FAULTS, sendCharge, type GatewayFaults } from '../faults.js';
import type { GatewayLedger } from '../ledger.js';
import { settledTotal } from '../metrics.js';
import { Orders } from '../orders.js';

/** `after`: how many movements the reader already has; the response lists only later ones. */
const ledgerQuery = z.strictObject({ after: parseWritten(z.int().min(0)).default(0) });

/** The path of each kind of order, and the body that it takes. */
const ORDERS: readonly [string, PaymentKind, typeof chargeRequest | typeof operationRequest][] = [
  ['/charges', 'charge', chargeRequest],
  ['/authorizations', 'authorize', chargeRequest],
  ['/captures', 'capture', operationRequest],
  ['/voids', 'void', operationRequest],
  ['/refunds', 'refund', operationRequest],
];

const keySchema = z.string().regex(/^[\x21-\x7e]{1,200}$/);

export function createGatewayApp(
  config: GatewayConfig,
  ledger: GatewayLedger,
  logger: Logger,
): Express {
  const faults = { ...NO_FAULTS };
  const orders = new Orders(config, ledger, faults);
  const internal = requireToken(
    { api: config.internalToken, operator: config.internalToken, internal: config.internalToken },
    ['api', 'internal'],
  );
  const app = createApp({
    logger,
    bodyLimit: '16kb',
    ready: () => ({ up: !faults.down, charges: canCharge(faults) }),
    beforeBodies: (early) => void early.use(internal),
  });

  app.get('/ledger', (request, response) => {
    const { after } = parse(ledgerQuery, request.query, 'query');
    response.json({ charges: ledger.all().slice(after) });
  });
  if (config.faults) mountFaults(app, faults);
  app.use((_request, _response, next) =>
    next(faults.down ? new Problem('GATEWAY_DOWN') : undefined),
  );

  for (const [path, kind, body] of ORDERS)
    app.post(path, async (request, response) => {
      const key = parse(keySchema, request.headers['idempotency-key'], 'body');
      const order = parse(body, request.body, 'body');
      refuse(faults);
      await sleep(faults.slowMs);
      answer(response, await orders.settle(key, kind, order), faults);
    });

  app.get('/charges/:key', (request, response) => {
    const known = ledger.find(request.params.key);
    if (!known) throw new Problem('NOT_FOUND', 'No such key');
    response.json(known);
  });

  app.post('/charges/:key/cancel', (request, response) => {
    const key = parse(keySchema, request.params.key, 'path');
    const known = ledger.find(key);
    const nothing = {
      status: 'cancelled',
      reference: 'none',
      reason: null,
      amountMinor: 0,
      currency: 'XXX',
    } as const;
    const closed = ledger.record({ key, ...nothing, at: new Date().toISOString() });
    if (!known) settledTotal.inc({ status: 'cancelled' });
    response.json(closed);
  });

  return finishApp(app, logger);
}

function mountFaults(app: Express, faults: GatewayFaults): void {
  app.get('/faults', (_request, response) => void response.json(faults));
  app.post('/faults', (request, response) => {
    Object.assign(faults, NO_FAULTS, parse(gatewayFaults.partial(), request.body, 'body'));
    response.json(faults);
  });
}

/** @throws Problem while new charges are refused. */
function refuse(faults: GatewayFaults): void {
  if (faults.refuseCharges > 0) {
    faults.refuseCharges -= 1;
    throw new Problem('GATEWAY_DOWN');
  }
  if (faults.limitCharges > 0) {
    faults.limitCharges -= 1;
    throw new Problem('TOO_BUSY', 'Too many charges at once', { retryAfterSeconds: 1 });
  }
}

function answer(response: Response, charge: Charge, faults: GatewayFaults): void {
  if (charge.status === 'cancelled' && faults.loseAnswers === 0)
    throw new Problem('CHARGE_CANCELLED');
  sendCharge(response, charge, faults);
}
