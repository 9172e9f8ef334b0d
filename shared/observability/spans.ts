/**
 * Spans of work that serves one request or many. Work for many requests (a group's statement, a
 * parcel) is one span in the first trace and a twin in each other trace, linked both ways. So every
 * sampled trace is complete from request to commit, and the number of spans stays bounded
 * (traceparent.ts). Imports only types of OpenTelemetry and loads nothing of it.
 */
import type {
  Attributes,
  Context,
  Link,
  Span,
  SpanContext,
  SpanKind,
  Tracer,
} from '@opentelemetry/api';
import { differentTraces, validTraceparent } from './traceparent.js';

/** Epoch ms with fractions, by the clock of the spans. */
export const spanTime = (): number => performance.timeOrigin + performance.now();

/** A part of a span, added when the part has ended. Times as `spanTime`. */
interface Part {
  name: string;
  startMs: number;
  endMs: number;
  attributes?: Attributes;
}

export interface OpenSpan {
  /** Context to pass on, so that later spans become children of this one. */
  readonly traceparent: string;
  rename(name: string): void;
  /** Adds a part, in every trace. */
  part(part: Part): void;
  /** Ends it, in every trace. @param error the reason of a failure. */
  end(attributes?: Attributes, error?: unknown): void;
}

/** The parts of the SDK in use. */
export interface SpanParts {
  tracer: Tracer;
  root: Context;
  withContext(parent: SpanContext): Context;
  errorCode: number;
}

/** Parses a valid traceparent. */
function spanContext(traceparent: string): SpanContext {
  const [, traceId = '', spanId = '', flags = '00'] = traceparent.split('-');
  return { traceId, spanId, traceFlags: parseInt(flags, 16), isRemote: true };
}

const traceparentOf = ({ traceId, spanId, traceFlags }: SpanContext): string =>
  `00-${traceId}-${spanId}-${traceFlags.toString(16).padStart(2, '0')}`;

class SharedSpan implements OpenSpan {
  readonly traceparent: string;

  /** @param spans the first is the span itself, the others are its twins. */
  constructor(
    private readonly parts: SpanParts,
    private readonly spans: readonly [Span, ...Span[]],
  ) {
    this.traceparent = traceparentOf(spans[0].spanContext());
  }

  rename(name: string): void {
    for (const span of this.spans) span.updateName(name);
  }

  part({ name, startMs, endMs, attributes = {} }: Part): void {
    for (const span of this.spans) {
      const parent = this.parts.withContext(span.spanContext());
      this.parts.tracer.startSpan(name, { startTime: startMs, attributes }, parent).end(endMs);
    }
  }

  end(attributes: Attributes = {}, error?: unknown): void {
    for (const span of this.spans) {
      span.setAttributes(attributes);
      if (error !== undefined)
        span.setStatus({
          code: this.parts.errorCode,
          message: error instanceof Error ? error.message : '',
        });
      span.end();
    }
  }
}

export interface SpanSpec {
  name: string;
  kind?: SpanKind;
  /**
   * Traceparents of the served requests; malformed ones are skipped. None: the span begins a new
   * trace.
   */
  parents: readonly (string | undefined)[];
  attributes?: Attributes;
}

/** Begins a span in the trace of each parent. */
export function beginSpan(
  parts: SpanParts,
  { name, kind, parents, attributes = {} }: SpanSpec,
): OpenSpan {
  const contexts = differentTraces(parents.map(validTraceparent)).map(spanContext);
  const begin = (parent: SpanContext | undefined, links: Link[]): Span => {
    const options = { attributes, links, ...(kind === undefined ? {} : { kind }) };
    return parts.tracer.startSpan(name, options, parent ? parts.withContext(parent) : parts.root);
  };
  const [first, ...others] = contexts;
  const main = begin(
    first,
    others.map((context) => ({ context })),
  );
  const twins = others.map((parent) => begin(parent, [{ context: main.spanContext() }]));
  return new SharedSpan(parts, [main, ...twins]);
}
