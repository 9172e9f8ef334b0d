/**
 * A small gateway as one finds them: charges by idempotency key, look-up by key, a key can be closed ("cancelled") before it is
 * charged. A key that is known is answered at once, one whose charge is under way when that is done.
 * With FAULTS=on it can be told to be down, slow, to refuse, to decline, or to lose its answers after the charge.
 */
import type { Express, Response } from 'express';
import { z } from 'zod';
import { requireToken } from '../shared/auth.js';
import { sleep } from '../shared/clock.js';
import { chargeRequest, type Charge, type ChargeRequest } from '../shared/contracts/gateway.js';
import { Problem } from '../shared/errors.js';
import { createApp, finishApp, parse } from '../shared/http.js';
import type { Logger } from '../shared/logger.js';
import { chargeDurationMs, decideCharge } from '../shared/simulated-charge.js';
import type { GatewayConfig } from './config.js';
import type { GatewayLedger } from './ledger.js';
import { repeatsTotal, settledTotal } from './metrics.js';

/** What can be broken. Counts go down by one each time they strike. */
export const gatewayFaults = z.strictObject({
  /** Answers 503 to everything. */
  down: z.boolean(),
  /** Added to every charge, in ms. */
  slowMs: z.int().min(0).max(60_000),
  /** The next charges are refused with 503, nothing happens. */
  refuseCharges: z.int().min(0),
  /** The issuer says no to every new charge, whatever its key. */
  declineAll: z.boolean(),
  /** The next charges are made, and the connection is cut instead of an answer. */
  loseAnswers: z.int().min(0),
  /** Forgets that a key was used: money moves again. */
  ignoreKeys: z.boolean(),
});
export type GatewayFaults = z.infer<typeof gatewayFaults>;
const NO_FAULTS: GatewayFaults = { down: false, slowMs: 0, refuseCharges: 0, declineAll: false, loseAnswers: 0, ignoreKeys: false };

/** `after`: how many movements the reader knows already; only those after them are told. */
const ledgerQuery = z.strictObject({ after: z.coerce.number().int().min(0).default(0) });

const keySchema = z.string().regex(/^[\x21-\x7e]{1,200}$/);

export function createGatewayApp(config: GatewayConfig, ledger: GatewayLedger, logger: Logger): Express {
  const faults = { ...NO_FAULTS };
  const charges = new Charges(config, ledger, faults);
  const app = createApp({ logger, bodyLimit: '16kb', ready: () => ({ up: !faults.down }) });
  const internal = requireToken({ api: config.internalToken, operator: config.internalToken, internal: config.internalToken }, ['api', 'internal']);
  app.use(internal);

  app.get('/ledger', (request, response) => {
    const { after } = parse(ledgerQuery, request.query, 'query');
    response.json({ charges: ledger.all().slice(after) });
  });
  if (config.faults) mountFaults(app, faults);
  app.use((_request, _response, next) => next(faults.down ? new Problem('GATEWAY_DOWN') : undefined));

  app.post('/charges', async (request, response) => {
    const key = parse(keySchema, request.headers['idempotency-key'], 'body');
    const order = parse(chargeRequest, request.body, 'body');
    if (faults.refuseCharges > 0) {
      faults.refuseCharges -= 1;
      throw new Problem('GATEWAY_DOWN');
    }
    await sleep(faults.slowMs);
    answer(response, await charges.settle(key, order), faults);
  });

  app.get('/charges/:key', (request, response) => {
    const known = ledger.find(request.params.key);
    if (!known) throw new Problem('NOT_FOUND', 'No such key');
    response.json(known);
  });

  app.post('/charges/:key/cancel', (request, response) => {
    const key = parse(keySchema, request.params.key, 'path');
    if (!ledger.find(key)) settledTotal.inc({ status: 'cancelled' });
    const nothing = { status: 'cancelled', reference: 'none', reason: null, amountMinor: 0, currency: 'XXX' } as const;
    response.json(ledger.record({ key, ...nothing, at: new Date().toISOString() }));
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

/** Charges by key, each made once: who asks again while it is under way waits for the same answer. */
class Charges {
  private readonly underWay = new Map<string, Promise<Charge>>();

  constructor(
    private readonly config: GatewayConfig,
    private readonly ledger: GatewayLedger,
    private readonly faults: GatewayFaults,
  ) {}

  async settle(key: string, order: ChargeRequest): Promise<Charge> {
    if (this.faults.ignoreKeys) return this.make(key, order);
    const known = this.ledger.find(key);
    if (known) {
      repeatsTotal.inc();
      return known;
    }
    const begun = this.underWay.get(key) ?? this.make(key, order).finally(() => this.underWay.delete(key));
    this.underWay.set(key, begun);
    return begun;
  }

  private async make(key: string, { amountMinor, currency }: ChargeRequest): Promise<Charge> {
    const { config, ledger, faults } = this;
    await sleep(chargeDurationMs(key, config));
    const decision = decideCharge(key, faults.declineAll ? { ...config, declineRatio: 1 } : config);
    const entry = { key, ...decision, amountMinor, currency, at: new Date().toISOString() };
    settledTotal.inc({ status: entry.status });
    return ledger.record(entry, faults.ignoreKeys);
  }
}

function answer(response: Response, charge: Charge, faults: GatewayFaults): void {
  if (faults.loseAnswers > 0) {
    faults.loseAnswers -= 1;
    response.socket?.destroy();
    return;
  }
  if (charge.status === 'cancelled') throw new Problem('CHARGE_CANCELLED');
  response.json(charge);
}
