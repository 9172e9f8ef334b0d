/**
 * Begins a span for each request of the public API and replaces the client's context with the
 * span's: `traceparent` values that handlers pass on become its children. Mounted only when tracing
 * is on.
 */
import type { RequestHandler } from 'express';
import type { Tracing } from './tracing.js';

/** `SpanKind.SERVER`; importing the enumeration would load the package. */
const SERVER = 1;

/** The public API, and the payment of a bill on the staff's pages. */
const TRACED = /^\/(api\/|bill\/pay$)/;

export const traceRequests =
  (tracing: Tracing): RequestHandler =>
  (request, response, next) => {
    const { method, path } = request;
    if (!TRACED.test(path)) {
      next();
      return;
    }
    const span = tracing.begin({
      name: method,
      kind: SERVER,
      parents: [request.get('traceparent')],
      attributes: { 'http.request.method': method },
    });
    request.headers['traceparent'] = span.traceparent;
    response.once('close', () => {
      const route = (request.route as { path?: unknown } | undefined)?.path;
      if (typeof route === 'string') span.rename(`${method} ${route}`);
      const failed =
        response.statusCode >= 500 ? new Error(`answered ${response.statusCode}`) : undefined;
      span.end(
        {
          'http.response.status_code': response.statusCode,
          ...(typeof route === 'string' ? { 'http.route': route } : {}),
        },
        failed,
      );
    });
    next();
  };
