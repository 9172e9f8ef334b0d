/**
 * The control of `npm start`, as a monitor calls it with the operator token: plans, starts and
 * shows rolling restarts, and reads the logs of the processes. A restart goes on when this monitor
 * is restarted. Passes on refusals.
 */
import type { z } from 'zod';
import {
  logTail,
  processList,
  type LogQuery,
  type LogTail,
  type ProcessList,
} from '../../shared/contracts/process-logs.js';
import {
  restartPlan,
  restartRecord,
  type RestartPlan,
  type RestartRecord,
} from '../../shared/contracts/rolling-restart.js';
import { Semaphore } from '../../shared/core/semaphore.js';
import { Problem, PROBLEMS, type ProblemCode } from '../../shared/errors.js';
import { readBoundedText } from '../../shared/http/bounded-body.js';
import { search } from '../console/filters.js';

/** The plan needs the status of a monitor, with a time-out of its own. */
const TIMEOUT_MS = 10_000;
const ANSWER_MAX = 1_048_576;
/** A log's bytes of one read, as JSON with its escapes. */
const LOG_ANSWER_MAX = 8_388_608;
const RETRY_AFTER_SECONDS = 2;
/**
 * Logs that this monitor reads at the same time. Each blocks its loop for some milliseconds, and a
 * monitor that is late does not vote.
 */
export const LOG_READS_MAX = 4;

export interface Supervisor {
  /** @throws Problem UNAVAILABLE. */
  plan(): Promise<RestartPlan>;
  /** The last restart, also one in progress; null: none yet. @throws Problem UNAVAILABLE. */
  readCurrent(): Promise<RestartRecord | null>;
  /** @throws Problem RESTART_IN_PROGRESS, UNAVAILABLE. */
  start(order: { reason: string; actor: string }): Promise<RestartRecord>;
  /** The processes that have a log. @throws Problem UNAVAILABLE. */
  listLogs(): Promise<ProcessList>;
  /** @throws Problem NOT_FOUND when there is no such process; TOO_BUSY, UNAVAILABLE. */
  readLog(process: string, query: LogQuery): Promise<LogTail>;
}

const unavailable = (detail: string, cause?: unknown): Problem =>
  new Problem('UNAVAILABLE', detail, { retryAfterSeconds: RETRY_AFTER_SECONDS, cause });

/** About the token of this monitor, not about that of the operator who asked. */
const OWN_TOKEN: readonly unknown[] = [
  'UNAUTHENTICATED',
  'FORBIDDEN',
] satisfies readonly ProblemCode[];

function toProblem(body: unknown): Problem {
  const { code, detail } = (body ?? {}) as { code?: unknown; detail?: unknown };
  if (OWN_TOKEN.includes(code))
    return unavailable('The supervisor (`npm start`) refuses the token of this monitor');
  if (typeof code === 'string' && code in PROBLEMS && PROBLEMS[code as ProblemCode].status < 500)
    return new Problem(code as ProblemCode, typeof detail === 'string' ? detail : undefined);
  return unavailable(typeof detail === 'string' ? detail : 'The supervisor refused the request');
}

/** Work of which at most `most` is in progress. @throws Problem TOO_BUSY */
function limit<A extends unknown[], T>(
  most: number,
  work: (...given: A) => Promise<T>,
): (...given: A) => Promise<T> {
  const places = new Semaphore(most);
  return async (...given) => {
    if (!places.acquire())
      throw new Problem('TOO_BUSY', 'This monitor reads other logs at the moment', {
        retryAfterSeconds: RETRY_AFTER_SECONDS,
      });
    try {
      return await work(...given);
    } finally {
      places.release();
    }
  };
}

export function createSupervisorClient(url: string, token: string): Supervisor {
  const ask = async <T extends z.ZodType>(
    schema: T,
    path: string,
    { order, answerMax = ANSWER_MAX }: { order?: unknown; answerMax?: number } = {},
  ): Promise<z.output<T>> => {
    const response = await fetch(url.replace(/\/$/, '') + path, {
      method: order === undefined ? 'GET' : 'POST',
      headers: { 'authorization': `Bearer ${token}`, 'content-type': 'application/json' },
      ...(order === undefined ? {} : { body: JSON.stringify(order) }),
      redirect: 'error',
      signal: AbortSignal.timeout(TIMEOUT_MS),
    }).catch((error: unknown) => {
      throw unavailable('The supervisor (`npm start`) does not answer', error);
    });
    const body = await readBoundedText(response, answerMax)
      .then((text) => JSON.parse(text) as unknown)
      .catch((error: unknown) => {
        throw unavailable('The answer of the supervisor is unreadable', error);
      });
    if (!response.ok) throw toProblem(body);
    const { success, data } = schema.safeParse(body);
    if (success) return data;
    throw unavailable('The supervisor is of another version');
  };
  return {
    plan: () => ask(restartPlan, '/restarts/plan'),
    readCurrent: () =>
      ask(restartRecord, '/restarts/current').catch((error: unknown) => {
        if (error instanceof Problem && error.code === 'NOT_FOUND') return null;
        throw error;
      }),
    start: (order) => ask(restartRecord, '/restarts', { order }),
    listLogs: () => ask(processList, '/logs'),
    readLog: limit(LOG_READS_MAX, (process, query) =>
      ask(logTail, `/logs/${encodeURIComponent(process)}${search(query)}`, {
        answerMax: LOG_ANSWER_MAX,
      }),
    ),
  };
}
