/**
 * Baseline (b), a payment server: answers PING and processes payments. Only the leader receives
 * payments; it does not check that it still leads, and has no queue.
 */
import { z } from 'zod';
import { requireToken } from '../../../shared/http/auth.js';
import { loadConfig } from '../../../shared/config.js';
import { id } from '../../../shared/contracts/ids.js';
import { listedPayment } from '../../../shared/contracts/payment.js';
import { parse } from '../../../shared/http/http.js';
import { SERVER_OPTIONS } from '../options.js';
import { openGateway, openBaselinePool, runBaseline, tokensOf } from '../process.js';
import { PublishedServer } from './server.js';

const order = listedPayment.extend({
  id,
  concept: z.string().nullable(),
  batchId: id.nullable(),
  batchIndex: z.int().nullable(),
  redriveOf: z.null(),
  idempotencyKey: z.string(),
  fingerprint: z.string(),
  answerWaited: z.boolean(),
});

await runBaseline(
  () => loadConfig(SERVER_OPTIONS, process.env),
  async (app, config) => {
    const pool = openBaselinePool(config);
    const server = new PublishedServer(config.id, pool, openGateway(config));
    app.use(requireToken(tokensOf(config), ['internal']));
    app.post('/ping', (_request, response) => void response.json({ id: config.id }));
    app.post('/payments', async (request, response) => {
      response.status(201).json(await server.take(parse(order, request.body, 'body')));
    });
    return () => pool.end();
  },
);
