/**
 * Reads a stream of server-sent events. Reconnects after a lost connection, with several addresses
 * to the next one, with the id of the last event, so that the service sends the events that were
 * missed and that it still has.
 */
import { EventSourceParserStream, type EventSourceMessage } from 'eventsource-parser/stream';
import { sleep } from '../shared/clock.js';
import { EXIT } from './exit-codes.js';
import { CommandFailure } from './failure.js';

export interface EventStream {
  /** The same stream at several services; at least one. */
  urls: readonly string[];
  token: string | undefined;
  signal: AbortSignal;
  onEvent: (event: EventSourceMessage) => void;
  /** Called once after each loss of the connection. */
  onLost: (reason: string) => void;
}

const RETRY_MS = 1_000;
/** The monitor sends a message every second: a longer silence is a lost connection. */
const SILENCE_MS = 10_000;
/** Largest event, in characters. */
const EVENT_MAX = 4_000_000;

const getReason = (error: unknown): string => {
  const { cause, message } = error as { cause?: { code?: string }; message?: string };
  return cause?.code ?? message ?? String(error);
};

/** One connection of a stream. */
type Connection = Omit<EventStream, 'urls'> & { url: string };

async function connect({ url, token, signal }: Connection, lastId: string): Promise<Response> {
  const response = await fetch(url, {
    headers: {
      accept: 'text/event-stream',
      ...(token ? { authorization: `Bearer ${token}` } : {}),
      ...(lastId ? { 'last-event-id': lastId } : {}),
    },
    signal,
  });
  if (response.status === 401 || response.status === 403 || response.status === 404)
    throw new CommandFailure('REFUSED', `${url} answered ${response.status}.`, EXIT.no);
  if (response.ok && response.body) return response;
  await response.body?.cancel();
  throw new Error(`${url} answered ${response.status}`);
}

/** Reads one connection until it ends. @returns the id of the last event. */
async function readOnce(stream: Connection, lastId: string): Promise<string> {
  const silence = new AbortController();
  const signal = AbortSignal.any([stream.signal, silence.signal]);
  const restart = (): NodeJS.Timeout =>
    setTimeout(() => silence.abort(new Error('the connection is silent')), SILENCE_MS);
  let timer = restart();
  let id = lastId;
  try {
    const { body } = await connect({ ...stream, signal }, lastId);
    const events = body!
      .pipeThrough(new TextDecoderStream())
      .pipeThrough(new EventSourceParserStream({ maxBufferSize: EVENT_MAX }));
    for await (const event of events) {
      clearTimeout(timer);
      timer = restart();
      id = event.id ?? id;
      stream.onEvent(event);
    }
    stream.onLost('the service closed the connection');
  } catch (error) {
    if (error instanceof CommandFailure) throw error;
    if (!stream.signal.aborted) stream.onLost(getReason(error));
  } finally {
    clearTimeout(timer);
  }
  return id;
}

/**
 * Reads until `signal` fires.
 * @throws CommandFailure REFUSED when the service refuses the stream.
 */
export async function readEvents({ urls, ...stream }: EventStream): Promise<void> {
  let lastId = '';
  for (let turn = 0; !stream.signal.aborted; turn += 1) {
    lastId = await readOnce({ ...stream, url: urls[turn % urls.length] ?? '' }, lastId);
    await sleep(RETRY_MS, stream.signal).catch(() => undefined);
  }
}
