/**
 * When tracing is on, which contexts are passed on, and the spans of work that serves many
 * requests.
 */
import { ROOT_CONTEXT, SpanStatusCode, trace } from '@opentelemetry/api';
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  SimpleSpanProcessor,
  type ReadableSpan,
} from '@opentelemetry/sdk-trace-node';
import { TraceMarks } from '../../../patients/accept/trace-sampling.js';
import { parcelsOf } from '../../../shared/queue/queue.js';
import { beginSpan, type SpanParts } from '../../../shared/observability/spans.js';
import { differentTraces, TRACES_MAX } from '../../../shared/observability/traceparent.js';
import { wantsTraces } from '../../../shared/observability/tracing.js';

const idsOf = (count: number): string[] =>
  Array.from({ length: count }, (_, index) => String(index));
/** The traceparent of the n-th request. */
const request = (number: number): string =>
  `00-${String(number).padStart(32, 'a')}-${String(number).padStart(16, 'b')}-01`;

test.each([
  [{}, false],
  [{ OTEL_EXPORTER_OTLP_ENDPOINT: '' }, false],
  [{ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:4318' }, true],
  [{ OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'http://127.0.0.1:4318/v1/traces' }, true],
  [{ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:4318', OTEL_SDK_DISABLED: 'TRUE' }, false],
  [{ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:4318', OTEL_TRACES_EXPORTER: 'none' }, false],
])('%j: tracing is on: %s', (env, expected) => expect(wantsTraces(env)).toBe(expected));

test('returns distinct contexts in order, up to the limit', () => {
  expect(differentTraces([undefined, 'b', 'a', 'b', undefined])).toEqual(['b', 'a']);
  expect(differentTraces(idsOf(100))).toEqual(idsOf(TRACES_MAX));
});

describe('the contexts that parcels carry', () => {
  test('each parcel has the contexts of the requests whose payments it holds', () => {
    const marks = new TraceMarks();
    marks.add(0, 400, ['first']);
    marks.add(400, 450, []);
    marks.add(450, 700, ['second', 'third']);
    expect(
      marks.take(parcelsOf(idsOf(1_200))).map(({ ids, ...traces }) => [ids.length, traces]),
    ).toEqual([
      [500, { traceparent: 'first', otherTraces: ['second', 'third'] }],
      [500, { traceparent: 'second', otherTraces: ['third'] }],
      [200, {}],
    ]);
  });

  test('a context is returned once', () => {
    const marks = new TraceMarks();
    marks.add(0, 1, ['first']);
    marks.take(parcelsOf(['a']));
    expect(marks.take(parcelsOf(['b']))).toEqual([{ ids: ['b'] }]);
  });
});

describe('a span that serves many requests', () => {
  const exporter = new InMemorySpanExporter();
  const provider = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] });
  const parts: SpanParts = {
    tracer: provider.getTracer('test'),
    root: ROOT_CONTEXT,
    withContext: (parent) => trace.setSpanContext(ROOT_CONTEXT, parent),
    errorCode: SpanStatusCode.ERROR,
  };
  const finished = (): ReadableSpan[] => exporter.getFinishedSpans();
  const traceOf = (span: ReadableSpan): string => span.spanContext().traceId;
  const requestTrace = (number: number): string => request(number).slice(3, 35);

  beforeEach(() => exporter.reset());

  test('is in every trace, below its span, linked both ways, with its parts', () => {
    const span = beginSpan(parts, {
      name: 'parcel',
      parents: [request(1), 'malformed', undefined, request(2), request(1)],
    });
    span.part({ name: 'load', startMs: 1_000, endMs: 2_000 });
    span.end({ done: true });
    const spans = finished().filter(({ name }) => name === 'parcel');
    expect(spans.map(traceOf)).toEqual([requestTrace(1), requestTrace(2)]);
    expect(spans.map(({ parentSpanContext }) => parentSpanContext?.spanId)).toEqual([
      request(1).slice(36, 52),
      request(2).slice(36, 52),
    ]);
    expect(spans.map(({ links }) => links.map(({ context }) => context.traceId))).toEqual([
      [requestTrace(2)],
      [requestTrace(1)],
    ]);
    const loads = finished().filter(({ name }) => name === 'load');
    expect(loads.map(({ parentSpanContext }) => parentSpanContext?.spanId)).toEqual(
      spans.map((each) => each.spanContext().spanId),
    );
    expect(span.traceparent).toBe(`00-${requestTrace(1)}-${spans[0]?.spanContext().spanId}-01`);
  });

  test('begins a new trace without a parent, and records an error', () => {
    beginSpan(parts, { name: 'accept', parents: [] }).end({}, new Error('away'));
    expect(finished()).toMatchObject([
      { name: 'accept', status: { code: SpanStatusCode.ERROR, message: 'away' }, links: [] },
    ]);
  });

  test('an unsampled request stays unsampled: no span, and the next process receives the decision', () => {
    const span = beginSpan(parts, { name: 'accept', parents: [request(1).replace(/01$/, '00')] });
    span.end();
    expect(finished()).toEqual([]);
    expect(span.traceparent).toMatch(/-00$/);
  });

  test('a thousand requests create no more spans than the limit', () => {
    beginSpan(parts, { name: 'accept', parents: idsOf(1_000).map(Number).map(request) }).end();
    expect(finished().length).toBe(TRACES_MAX);
  });
});
