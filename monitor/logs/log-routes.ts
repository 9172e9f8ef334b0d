/**
 * The logs of the processes, which the supervisor (`npm start`) reads: pages and JSON. Only for
 * operators.
 */
import { z } from 'zod';
import {
  logQuery,
  logTail,
  processList,
  processName,
  type LogQuery,
} from '../../shared/contracts/process-logs.js';
import { Problem } from '../../shared/errors.js';
import { route, type Answer, type Route } from '../../shared/http/routes.js';
import { LOG_LIST, LOG_TAIL } from '../http/examples.js';
import type { RoutesOptions } from '../http/options.js';
import { asPage, type Shown } from '../inspect/pages/as-page.js';
import { requireSupervisor } from '../supervisor/require-supervisor.js';
import { logListPage, noProcessPage, noSupervisorPage } from './list-page.js';
import { logPage } from './log-page.js';

const TITLE = 'Logs';
const PRIVATE = { 'Cache-Control': 'no-store' };
const path = z.object({ process: processName });
const page = { description: 'A page.', contentType: 'text/html' };

const toShown = (title: string, body: Shown['body'], status = 200): Shown => ({
  title,
  active: 'logs',
  body,
  status,
  styles: ['logs.css'],
});

async function showList(options: RoutesOptions): Promise<Shown> {
  if (options.supervisor === null) return toShown(TITLE, noSupervisorPage(null), 409);
  return toShown(TITLE, logListPage(await options.supervisor.listLogs()));
}

async function showLog(
  { supervisor }: RoutesOptions,
  process: string,
  query: LogQuery,
): Promise<Shown> {
  if (supervisor === null) return toShown(process, noSupervisorPage(process), 409);
  try {
    const body = logPage(query, await supervisor.readLog(process, query));
    return { ...toShown(process, body), scripts: ['log-follow.js'] };
  } catch (error) {
    if (!(error instanceof Problem) || error.code !== 'NOT_FOUND') throw error;
    return toShown(TITLE, noProcessPage(process, await supervisor.listLogs()), 404);
  }
}

function pageRoutes(options: RoutesOptions): Route[] {
  const { sessions, sources } = options;
  const show = (
    request: Parameters<typeof asPage>[1],
    make: () => Promise<Shown>,
  ): Promise<Answer> => asPage({ sessions, monitor: sources.id }, request, 'logs', make);
  return [
    route({
      id: 'logsPage',
      method: 'get',
      path: '/logs',
      tag: 'pages',
      auth: ['operator'],
      summary: 'Page of the processes that have a log',
      responses: { 200: page },
      problems: ['NO_SUPERVISOR', 'UNAVAILABLE'],
      handle: ({ request }) => show(request, () => showList(options)),
    }),
    route({
      id: 'logPage',
      method: 'get',
      path: '/logs/{process}',
      tag: 'pages',
      auth: ['operator'],
      params: path,
      query: logQuery,
      summary: 'Page of the last lines of a log, live',
      responses: { 200: page },
      problems: ['NOT_FOUND', 'NO_SUPERVISOR', 'TOO_BUSY', 'UNAVAILABLE'],
      handle: ({ params: { process }, query, request }) =>
        show(request, () => showLog(options, process, query)),
    }),
  ];
}

/** The path with `.json` must precede the path that matches any name. */
export const logRoutes = (options: RoutesOptions): Route[] => [
  route({
    id: 'logs',
    method: 'get',
    path: '/logs.json',
    tag: 'watching',
    auth: ['operator'],
    summary: 'List the processes that have a log',
    description: 'The processes that the supervisor (`npm start`) has started.',
    responses: { 200: { description: 'The processes.', schema: processList, example: LOG_LIST } },
    problems: ['NO_SUPERVISOR', 'UNAVAILABLE'],
    handle: async () => ({
      status: 200,
      body: await requireSupervisor(options).listLogs(),
      headers: PRIVATE,
    }),
  }),
  route({
    id: 'log',
    method: 'get',
    path: '/logs/{process}.json',
    tag: 'watching',
    auth: ['operator'],
    params: path,
    query: logQuery,
    queryExample: { lines: '20', level: 'warn' },
    summary: 'Get the last lines of the log of a process',
    description:
      'Oldest first, from the last 512 KiB of the log. `level` is the least level; lines of other programs have none and match. For newer lines only, send `position` as `after`.',
    responses: { 200: { description: 'The lines.', schema: logTail, example: LOG_TAIL } },
    problems: ['NOT_FOUND', 'NO_SUPERVISOR', 'TOO_BUSY', 'UNAVAILABLE'],
    handle: async ({ params: { process }, query }) => ({
      status: 200,
      body: await requireSupervisor(options).readLog(process, query),
      headers: PRIVATE,
    }),
  }),
  ...pageRoutes(options),
];
