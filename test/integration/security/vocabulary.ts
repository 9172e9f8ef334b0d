/** The words of the table: the services, who asks them, what is asked about, and what a row says. */
import type { Entrance } from './surface.js';

export const SERVICES = ['patients', 'monitor', 'payments', 'gateway'] as const;
export type ServiceName = (typeof SERVICES)[number];

/** What is in the database to be read: the seeded patient 1, and a payment of each kind. */
export interface Subjects {
  patient: string;
  batch: string;
  succeeded: string;
  failed: string;
  /** What identifies the patient. */
  facts: Readonly<Record<string, string>>;
}

/** A term of which a replica is told by the table's request, and that no monitor reaches here. */
export const TOLD_TERM = 900;

/**
 * Who asks. A session is one that was begun by signing in at the service: as operator at a monitor, as staff at patients. Without
 * proof: its cookie alone, as a form of another site would send it. Forged: a cookie that nobody signed.
 */
export const CALLERS = [
  'no token', 'wrong token', 'api', 'operator', 'internal', 'session', 'session without proof', 'forged session',
] as const;
export type Caller = (typeof CALLERS)[number];

export interface Ask {
  /** Values of the path's parameters. */
  path?: Readonly<Record<string, string>>;
  /** With its `?`. */
  query?: string;
  body?: unknown;
  /** Sent as a page's form. */
  form?: Readonly<Record<string, string>>;
  /** The page that shows the session's CSRF token. */
  proofAt?: string;
  headers?: Readonly<Record<string, string>>;
}

export interface Row {
  entrance: Entrance;
  /** Who is let in. */
  who: readonly Caller[];
  /** The status for who is let in and asks so. */
  answer: number;
  /** The status for a session, where that is another one. */
  signedIn?: number;
  ask?: (subjects: Subjects) => Ask;
  /** What it changes, in words; then its ask really does. Left out: it only reads. */
  changes?: string;
  /** A page: who may not is sent to the page before, where one signs in or identifies a patient; a form from nobody is 403. */
  page?: 'staff';
}
