/** The routes of the gateway. */
import type { Row } from '../vocabulary.js';
import { INTERNAL, HEALTH, money } from './shared.js';

export const GATEWAY: readonly Row[] = [
  ...HEALTH,
  { entrance: 'GET /ledger', who: INTERNAL, answer: 200 },
  {
    entrance: 'POST /charges',
    who: INTERNAL,
    answer: 200,
    changes: 'charges',
    ask: ({ patient }) => ({
      headers: { 'Idempotency-Key': 'matrix' },
      body: { patientId: patient, ...money },
    }),
  },
  ...['authorizations', 'captures', 'voids', 'refunds'].map((path): Row => ({
    entrance: `POST /${path}`,
    who: INTERNAL,
    answer: 200,
    changes: 'carries an operation out, or declines it',
    ask: ({ patient }) => ({
      headers: { 'Idempotency-Key': `matrix-${path}` },
      body: { patientId: patient, ...money, of: 'matrix' },
    }),
  })),
  {
    entrance: 'GET /charges/:key',
    who: INTERNAL,
    answer: 404,
    ask: () => ({ path: { key: 'missing' } }),
  },
  {
    entrance: 'POST /charges/:key/cancel',
    who: INTERNAL,
    answer: 200,
    changes: 'closes a key for ever',
    ask: () => ({ path: { key: 'cancelled' } }),
  },
  { entrance: 'GET /faults', who: INTERNAL, answer: 200 },
  {
    entrance: 'POST /faults',
    who: INTERNAL,
    answer: 200,
    changes: 'injects faults',
    ask: () => ({ body: { slowMs: 1 } }),
  },
];
