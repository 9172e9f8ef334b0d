/**
 * Writes events as log lines. The published console lines are unchanged (`I AM ALIVE from server
 * 1`, `I AM OFF from server 2`, `The leader is server_2`). Structured fields accompany them.
 */
import type { Logger } from '../shared/observability/logger.js';
import type { EventMap, EventName, MonitorEvent } from './core/events.js';

interface Line {
  level: 'info' | 'warn' | 'debug';
  text: string;
}

/** Formats `server_1` as in the published reports: `server 1`. */
const toSpoken = (replica: string): string => replica.replaceAll('_', ' ');

const LINES: { readonly [K in EventName]: (data: EventMap[K]) => Line } = {
  'replica:answered': ({ replica }) => ({
    level: 'info',
    text: `I AM ALIVE from ${toSpoken(replica)}`,
  }),
  'replica:unanswered': ({ replica }) => ({
    level: 'info',
    text: `I AM OFF from ${toSpoken(replica)}`,
  }),
  'replica:suspected': ({ replica, layer }) => ({
    level: 'warn',
    text: `${replica} is suspected (${layer})`,
  }),
  'replica:recovered': ({ replica, restarted }) => ({
    level: 'info',
    text: `${replica} is alive${restarted ? ', restarted' : ''}`,
  }),
  'replica:left': ({ replica }) => ({ level: 'info', text: `${replica} left gracefully` }),
  'leadership:learnt': ({ leader }) => ({
    level: 'info',
    text: leader === null ? 'There is no leader yet' : `The leader is ${leader}`,
  }),
  'leadership:lost': ({ leader, reason }) => ({
    level: 'warn',
    text: `${leader} must be replaced: ${reason}`,
  }),
  'election:won': ({ leader }) => ({
    level: 'info',
    text: `The leader is ${leader ?? 'not elected yet'}`,
  }),
  'failover:completed': ({ leader, term }) => ({
    level: 'info',
    text: `${leader} leads in term ${term}`,
  }),
  'clock:jumped': () => ({
    level: 'warn',
    text: 'this monitor was late or its clock jumped; it observes and does not act for a short time',
  }),
};

/** Rounds durations, because fractions of a microsecond are meaningless. */
const roundMs = (data: object): object =>
  Object.fromEntries(
    Object.entries(data).map(([key, value]: [string, unknown]) => [
      key,
      typeof value === 'number' ? Math.round(value * 1_000) / 1_000 : value,
    ]),
  );

/** Writes the log line of one event. */
export function toLine<K extends EventName>(name: K, data: EventMap[K]): Line {
  return LINES[name](data);
}

export function writeEvent(logger: Logger, { name, data }: MonitorEvent): void {
  const { level, text } = toLine(name, data);
  logger[level]({ event: name, ...roundMs(data) }, text);
}
