/**
 * A span for each request of the public API, and its context in place of the client's: whatever the handlers pass on as `traceparent`
 * belongs below it. Mounted only when traces are wanted.
 */
import type { RequestHandler } from 'express';
import type { Tracing } from './tracing.js';

/** `SpanKind.SERVER`; the enumeration itself would load the package. */
const SERVER = 1;

/** The public API, and the payment of a bill in staff's pages. */
const TRACED = /^\/(api\/|bill\/pay$)/;

export const traceRequests = (tracing: Tracing): RequestHandler => (request, response, next) => {
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
    const failed = response.statusCode >= 500 ? new Error(`answered ${response.statusCode}`) : undefined;
    span.end({ 'http.response.status_code': response.statusCode, ...(typeof route === 'string' ? { 'http.route': route } : {}) }, failed);
  });
  next();
};
