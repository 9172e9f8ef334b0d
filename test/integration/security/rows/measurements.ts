/** The routes of the measurements: of their API, and of a device. */
import type { Row } from '../vocabulary.js';
import { ANYONE, DOCS, HEALTH, INTERNAL } from './shared.js';

export const MEASUREMENTS: readonly Row[] = [
  ...DOCS,
  ...HEALTH,
  { entrance: 'GET /', who: ANYONE, answer: 200 },
  { entrance: 'GET /openapi.json', who: ANYONE, answer: 200 },
  { entrance: 'GET /assets/:version/:name', who: ANYONE, answer: 404 },
  { entrance: 'GET /series', who: ANYONE, answer: 200 },
  { entrance: 'GET /events', who: ANYONE, answer: 200 },
  { entrance: 'GET /epochs', who: ANYONE, answer: 200 },
  {
    entrance: 'POST /epochs',
    who: INTERNAL,
    answer: 200,
    changes: 'announces that a device leads',
    ask: () => ({ body: { epoch: 5, device: 'device_1' } }),
  },
  {
    entrance: 'GET /nuevo',
    who: INTERNAL,
    answer: 200,
    changes: 'keeps the mean of a round',
    ask: () => ({ query: '?dato=12.5&round=1&epoch=5&devices=3' }),
  },
];

export const DEVICE: readonly Row[] = [
  ...HEALTH,
  { entrance: 'GET /faults', who: INTERNAL, answer: 200 },
  {
    entrance: 'POST /faults',
    who: INTERNAL,
    answer: 200,
    changes: 'injects faults',
    ask: () => ({ body: { pauseBeforeSendMs: 1 } }),
  },
];
