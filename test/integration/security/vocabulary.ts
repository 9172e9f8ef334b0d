/** The terms of the table: services, callers, subjects and the parts of a row. */
import type { Entrance } from './surface.js';

export const SERVICES = [
  'patients',
  'monitor',
  'payments',
  'gateway',
  'measurements',
  'device',
] as const;
export type ServiceName = (typeof SERVICES)[number];

/** The data in the database: the seeded patient 1, and a payment of each kind. */
export interface Subjects {
  patient: string;
  batch: string;
  succeeded: string;
  failed: string;
  pending: string;
  /** Two authorizations that succeeded. */
  authorized: readonly [string, string];
  /** The facts that identify the patient. */
  facts: Readonly<Record<string, string>>;
}

/** A term that the table's request sends to a replica, and that no monitor reaches here. */
export const TOLD_TERM = 900;

/**
 * The callers. `session`: signed in at the service, as operator at a monitor, as staff at patients.
 * Without proof: only its cookie, as in a form of another site. Forged: a cookie with a wrong
 * signature.
 */
export const CALLERS = [
  'no token',
  'wrong token',
  'api',
  'operator',
  'internal',
  'session',
  'session without proof',
  'forged session',
] as const;
export type Caller = (typeof CALLERS)[number];

export interface Ask {
  /** Values of the path's parameters. */
  path?: Readonly<Record<string, string>>;
  /** Including its `?`. */
  query?: string;
  body?: unknown;
  /** Sent as the form of a page. */
  form?: Readonly<Record<string, string>>;
  /** The page with the session's CSRF token. */
  proofAt?: string;
  headers?: Readonly<Record<string, string>>;
}

export interface Row {
  entrance: Entrance;
  /** The permitted callers. */
  who: readonly Caller[];
  /** The status for permitted callers with this request. */
  answer: number;
  /** The status for a session, where it differs. */
  signedIn?: number;
  ask?: (subjects: Subjects) => Ask;
  /**
   * Description of the change; its request then really makes this change. Absent: the route only
   * reads.
   */
  changes?: string;
  /**
   * A staff page: other callers are redirected to the sign-in or the identification; a form from
   * outside the session gets 403.
   */
  page?: 'staff';
}
