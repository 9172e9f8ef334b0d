/**
 * A receiver of traces for tests: accepts OTLP over HTTP in JSON, as the services send it, and
 * stores every span.
 * @see https://opentelemetry.io/docs/specs/otlp/
 */
import { createServer } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';

interface OtlpValue {
  stringValue?: string;
  intValue?: number | string;
  boolValue?: boolean;
}

interface OtlpSpan {
  traceId: string;
  spanId: string;
  parentSpanId?: string;
  name: string;
  startTimeUnixNano: string;
  endTimeUnixNano: string;
  attributes: { key: string; value: OtlpValue }[];
  links?: { traceId: string; spanId: string }[];
  status?: { code?: number };
}

interface OtlpRequest {
  resourceSpans: {
    resource: { attributes: OtlpSpan['attributes'] };
    scopeSpans: { spans: OtlpSpan[] }[];
  }[];
}

export interface ReceivedSpan {
  traceId: string;
  spanId: string;
  parent: string | undefined;
  name: string;
  /** From the resource. */
  service: string;
  instance: string;
  startMs: number;
  endMs: number;
  attributes: Record<string, unknown>;
  links: string[];
  failed: boolean;
}

const valuesOf = (attributes: OtlpSpan['attributes']): Record<string, unknown> =>
  Object.fromEntries(
    attributes.map(({ key, value }) => [
      key,
      value.stringValue ?? value.boolValue ?? Number(value.intValue),
    ]),
  );

const ERROR = 2;

function spansOf({ resourceSpans }: OtlpRequest): ReceivedSpan[] {
  return resourceSpans.flatMap(({ resource, scopeSpans }) => {
    const of = valuesOf(resource.attributes);
    return scopeSpans
      .flatMap(({ spans }) => spans)
      .map((span) => ({
        traceId: span.traceId,
        spanId: span.spanId,
        parent: span.parentSpanId || undefined,
        name: span.name,
        service: String(of['service.name']),
        instance: String(of['service.instance.id']),
        startMs: Number(BigInt(span.startTimeUnixNano) / 1_000n) / 1_000,
        endMs: Number(BigInt(span.endTimeUnixNano) / 1_000n) / 1_000,
        attributes: valuesOf(span.attributes),
        links: (span.links ?? []).map(({ traceId }) => traceId),
        failed: span.status?.code === ERROR,
      }));
  });
}

export interface TraceReceiver {
  url: string;
  spans: ReceivedSpan[];
  /** The spans of one trace, in order of their start. */
  trace(traceId: string): ReceivedSpan[];
  close(): void;
}

export async function startTraceReceiver(): Promise<TraceReceiver> {
  const spans: ReceivedSpan[] = [];
  const server = createServer((request, response) => {
    let body = '';
    request
      .setEncoding('utf8')
      .on('data', (piece: string) => (body += piece))
      .on('end', () => {
        if (request.url === '/v1/traces') spans.push(...spansOf(JSON.parse(body) as OtlpRequest));
        response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
      });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    spans,
    trace: (traceId) =>
      spans
        .filter((span) => span.traceId === traceId)
        .toSorted((one, other) => one.startMs - other.startMs),
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}
