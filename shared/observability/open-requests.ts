/**
 * The requests that have no answer yet, oldest first. An operator who takes an instance out of
 * service waits until the requests from before have ended.
 */
import type { ServerResponse } from 'node:http';
import { gauge } from './metrics.js';

/** Responses with the time of their requests. A map keeps the order of insertion. */
const open = new Map<ServerResponse, number>();

/** Counts a request until its response is closed. */
export function trackRequest(response: ServerResponse): void {
  open.set(response, performance.now());
  response.once('close', () => open.delete(response));
}

/** An answer that has begun, such as a stream of events, may last for hours: it is not counted. */
function readOldestSeconds(): number {
  for (const [response, since] of open)
    if (!response.headersSent) return (performance.now() - since) / 1_000;
  return 0;
}

gauge(
  'relevo_http_oldest_request_seconds',
  'Age of the oldest request that has no answer yet; 0: there is none.',
  [],
  function setAge() {
    this.set(readOldestSeconds());
  },
);
