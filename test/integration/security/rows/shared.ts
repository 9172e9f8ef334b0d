/** Groups of callers, and the rows that several services have. */
import { CALLERS, type Caller, type Row } from '../vocabulary.js';

export const ANYONE: readonly Caller[] = CALLERS;
/** These callers show tokens; a wrong token is refused too. */
export const API: readonly Caller[] = ['api'];
export const OPERATOR_OR_SIGNED_IN: readonly Caller[] = ['operator', 'session'];
/** Reading changes nothing and needs no proof. */
export const OPERATOR_OR_LOOKING: readonly Caller[] = [
  ...OPERATOR_OR_SIGNED_IN,
  'session without proof',
];
export const INTERNAL: readonly Caller[] = ['internal'];
export const OPERATOR_OR_INTERNAL: readonly Caller[] = ['operator', 'internal'];

export const HEALTH: readonly Row[] = ['GET /livez', 'GET /readyz', 'GET /metrics'].map(
  (entrance) => ({
    entrance,
    who: ANYONE,
    answer: 200,
  }),
);

export const money = { amountMinor: 100, currency: 'USD' };

export const DOCS: readonly Row[] = [
  { entrance: 'GET /docs', who: ANYONE, answer: 200 },
  { entrance: 'GET /docs/:version/:name', who: ANYONE, answer: 404 },
];
