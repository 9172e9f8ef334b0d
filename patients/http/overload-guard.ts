/**
 * Refuses requests while the event loop of this instance is overloaded (core/turn-guard.ts), before
 * the framework, the token, the body and the session. The answers are made once: 503 as a problem
 * document, for browsers as a page. A refused request has changed nothing, so any client may repeat
 * it. Does not see the queues of PostgreSQL and Redis, whose waits have time limits of their own.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Server } from 'node:net';
import { performance } from 'node:perf_hooks';
import { Problem } from '../../shared/errors.js';
import type { RequestGate } from '../../shared/http/serving.js';
import type { Logger } from '../../shared/observability/logger.js';
import { httpRequestSeconds } from '../../shared/observability/metrics.js';
import type { PatientsConfig } from '../config.js';
import { isClientKey } from '../core/idempotency.js';
import { getRefusedRoute, getRequestKind } from '../core/request-kind.js';
import { REFUSING_MS, TurnGuard, type RequestKind } from '../core/turn-guard.js';
import { overloaded, refusedTotal } from '../metrics.js';
import { createBusyPages } from '../web/busy-page.js';
import { ConnectionWait } from './connection-wait.js';
import { getGivenKey } from './headers.js';

/** In turn, so that refused clients do not return together; seconds. */
const RETRY_AFTER = ['1', '2', '3'];

export interface OverloadGuard {
  /** Null: the guard is off. */
  gate: RequestGate | null;
  isRefusing(): boolean;
  /** Call it when the server listens. */
  watch(server: Server): void;
  close(): void;
}

type GuardConfig = Pick<PatientsConfig, 'id' | 'timeZone' | 'overloadTurnMs' | 'overloadAfterMs'>;

type Refuse = (request: IncomingMessage, response: ServerResponse) => void;

function createRefuse(config: GuardConfig): Refuse {
  const document = JSON.stringify(new Problem('OVERLOADED'));
  const common = {
    'X-Content-Type-Options': 'nosniff',
    'Cache-Control': 'no-store',
    'X-Served-By': config.id,
  };
  const problem = { 'Content-Type': 'application/problem+json; charset=utf-8' };
  const getPage = createBusyPages(config);
  let turn = 0;
  return (request, response) => {
    const { headers, url = '' } = request;
    const isBrowser = headers.accept?.includes('text/html') === true && !url.startsWith('/api/');
    const answer = isBrowser ? getPage(headers) : { headers: problem, body: document };
    const key = getGivenKey(request);
    if (key !== undefined && isClientKey(key)) response.setHeader('Idempotency-Key', key);
    response
      .writeHead(503, {
        ...common,
        ...answer.headers,
        'Content-Length': Buffer.byteLength(answer.body),
        'Retry-After': RETRY_AFTER[turn++ % RETRY_AFTER.length],
      })
      .end(answer.body);
  };
}

/** Reports the turns of the event loop that read requests; the others delay no request. */
function watchTurns(guard: TurnGuard, connectionWait: ConnectionWait): () => number {
  let isOpen = false;
  let endedMs = 0;
  let idleMs = 0;
  // The check phase follows the reading of the connections.
  const end = (): void => {
    isOpen = false;
    endedMs = performance.now();
    idleMs = performance.nodeTiming.idleTime;
    guard.end(endedMs);
  };
  return () => {
    const nowMs = performance.now();
    if (isOpen) return nowMs;
    isOpen = true;
    const wasIdle = performance.nodeTiming.idleTime > idleMs;
    guard.begin(wasIdle ? nowMs : endedMs, wasIdle);
    if (wasIdle) connectionWait.reset(nowMs);
    else connectionWait.measure(nowMs);
    setImmediate(end);
    return nowMs;
  };
}

/** Logs and measures the times in which requests are refused. */
class Episodes {
  private refused = 0;
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly logger: Logger,
    private readonly isRefusing: () => boolean,
  ) {}

  count(): void {
    this.refused += 1;
    if (this.timer) return;
    overloaded.set(1);
    this.logger.warn('the event loop is late; refusing requests until it has caught up');
    this.timer = setInterval(() => this.check(), REFUSING_MS / 2).unref();
  }

  end(): void {
    clearInterval(this.timer);
    this.timer = undefined;
    overloaded.set(0);
  }

  private check(): void {
    if (this.isRefusing()) return;
    this.logger.info(
      { refused: this.refused },
      'the event loop has caught up; refusing no request',
    );
    this.refused = 0;
    this.end();
  }
}

export function createOverloadGuard(config: GuardConfig, logger: Logger): OverloadGuard {
  const connectionWait = new ConnectionWait();
  const guard = new TurnGuard(
    { turnMs: config.overloadTurnMs, afterMs: config.overloadAfterMs },
    (nowMs) => connectionWait.getMs(nowMs),
  );
  const isRefusing = (): boolean => guard.isRefusing(performance.now());
  const episodes = new Episodes(logger, isRefusing);
  const refuse = createRefuse(config);
  const onRequest = watchTurns(guard, connectionWait);
  const refuseKind = (
    kind: RequestKind,
    request: IncomingMessage,
    response: ServerResponse,
  ): void => {
    episodes.count();
    refusedTotal.inc({ reason: `overload-${kind}` });
    refuse(request, response);
  };
  const gate: RequestGate = (request, response) => {
    const nowMs = onRequest();
    guard.read();
    if (!guard.isLate(nowMs)) return false;
    const { method = '', url = '' } = request;
    const [path = ''] = url.split('?', 1);
    const kind = getRequestKind(method, path);
    if (kind === null || guard.admits(kind, nowMs)) return false;
    refuseKind(kind, request, response);
    const labels = { method, route: getRefusedRoute(method, path), status: '503' };
    httpRequestSeconds.observe(labels, (performance.now() - nowMs) / 1_000);
    return true;
  };
  return {
    gate: config.overloadTurnMs > 0 ? gate : null,
    isRefusing,
    watch: (server) => connectionWait.watch(server),
    close: () => episodes.end(),
  };
}
