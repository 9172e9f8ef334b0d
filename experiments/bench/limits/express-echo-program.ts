/**
 * A minimal Express server that answers JSON with JSON: parses the body, has one route, and
 * responds 201 with about the same body as Relevo's response to a payment. It omits the headers
 * that Relevo omits, so that they do not lower the limit.
 */
import type { AddressInfo } from 'node:net';
import express from 'express';
import { serve } from '../programs/serve.js';

interface Body {
  patientId: string;
  amountMinor: number;
  currency: string;
}

const ID = '019aa6f0-0000-7000-8000-000000000000';
const AT = '2026-01-01T00:00:00.000Z';

/** Same fields and lengths as in the response to a final payment. */
const answerTo = ({ patientId, amountMinor, currency }: Body) => ({
  id: ID,
  status: 'SUCCEEDED',
  exit_granted: true,
  patientId,
  amountMinor,
  currency,
  concept: null,
  batchId: null,
  redriveOf: null,
  acceptedBy: 'patients_1',
  acceptedAt: AT,
  processedBy: 'server_1',
  term: 1,
  attempts: 1,
  reason: null,
  completedAt: AT,
  latencyMs: 4,
});

function createEcho(): express.Express {
  const app = express();
  app.disable('x-powered-by');
  app.set('etag', false);
  app.use(express.json());
  app.post('/echo', (request, response) => {
    response.status(201).json(answerTo(request.body as Body));
  });
  return app;
}

serve({
  /** @returns the origin of the server. */
  listen: () =>
    new Promise<string>((resolve, reject) => {
      const server = createEcho().listen(0, '127.0.0.1', (error) => {
        if (error) reject(error);
        else resolve(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
      });
    }),
});
