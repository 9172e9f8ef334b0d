/**
 * OpenTelemetry traces, sent to `OTEL_EXPORTER_OTLP_ENDPOINT`. Off by default: then nothing of the
 * SDK is loaded, and `tracing` is undefined. A slow or unavailable receiver costs spans, never a
 * payment: spans wait in a bounded queue and are dropped when it is full. Sampling, limits,
 * time-outs and headers follow the standard OTEL_* variables, which the SDK reads itself.
 * docs/tracing.md
 * @see https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/
 */
import { beginSpan, type OpenSpan, type SpanSpec } from './spans.js';

export interface Tracing {
  begin(spec: SpanSpec): OpenSpan;
  /** Sends the remaining spans within `deadlineMs`. Never rejects. */
  stop(deadlineMs: number): Promise<void>;
}

/** Undefined: off. Set once by `startTracing`, before the service is assembled. */
export let tracing: Tracing | undefined;

/** Longest wait for the last spans on shutdown, in ms. */
const FLUSH_MS = 500;

/** Whether the environment enables traces. */
export const wantsTraces = (env: NodeJS.ProcessEnv): boolean =>
  Boolean(env['OTEL_EXPORTER_OTLP_ENDPOINT'] || env['OTEL_EXPORTER_OTLP_TRACES_ENDPOINT']) &&
  env['OTEL_SDK_DISABLED']?.toLowerCase() !== 'true' &&
  env['OTEL_TRACES_EXPORTER'] !== 'none';

async function loadTracing(service: string, id: string): Promise<Tracing> {
  const [{ ROOT_CONTEXT, SpanStatusCode, trace }, sdk, { OTLPTraceExporter }, resources] =
    await Promise.all([
      import('@opentelemetry/api'),
      import('@opentelemetry/sdk-trace-node'),
      import('@opentelemetry/exporter-trace-otlp-http'),
      import('@opentelemetry/resources'),
    ]);
  const ours = resources.resourceFromAttributes({
    'service.namespace': 'relevo',
    'service.name': service,
    'service.instance.id': id,
  });
  const resource = ours.merge(resources.detectResources({ detectors: [resources.envDetector] }));
  const provider = new sdk.NodeTracerProvider({
    resource,
    spanProcessors: [new sdk.BatchSpanProcessor(new OTLPTraceExporter())],
  });
  const parts = {
    tracer: provider.getTracer('relevo'),
    root: ROOT_CONTEXT,
    withContext: (parent: Parameters<typeof trace.setSpanContext>[1]) =>
      trace.setSpanContext(ROOT_CONTEXT, parent),
    errorCode: SpanStatusCode.ERROR,
  };
  return {
    begin: (spec) => beginSpan(parts, spec),
    stop: (deadlineMs) =>
      Promise.race([
        provider.shutdown().catch(() => undefined),
        new Promise<void>((resolve) => setTimeout(resolve, deadlineMs).unref()),
      ]),
  };
}

/** Loads the SDK when the environment enables it. Call this before the service is assembled. */
export async function startTracing(service: string, id: string): Promise<void> {
  if (wantsTraces(process.env)) tracing = await loadTracing(service, id);
}

/** The last step of an orderly shutdown. */
export const TRACING_STEP = {
  name: 'send the last spans',
  run: () => tracing?.stop(FLUSH_MS) ?? Promise.resolve(),
};
