/** Routes of the alerts: those that fire, their history, a page, the acknowledgement. */
import type { Request } from 'express';
import { z } from 'zod';
import {
  alertPage,
  alertRecord,
  openAlerts,
  type AlertDocument,
} from '../../shared/contracts/alerts.js';
import { id, parseWritten, reason } from '../../shared/contracts/ids.js';
import { Problem } from '../../shared/errors.js';
import { route, type Answer, type Route } from '../../shared/http/routes.js';
import { consoleAnswer } from '../console/shell.js';
import { asPage } from '../inspect/pages/as-page.js';
import type { RoutesOptions } from '../http/options.js';
import { alertsPage } from './alert-page.js';
import type { StoredAlert } from './alert-store.js';
import { toAlertPage, toDocument, toOpenAlerts } from './documents.js';
import { ALERT, ALERT_PAGE, OPEN_ALERTS } from './examples.js';

type Options = Pick<RoutesOptions, 'alerts' | 'sessions' | 'sources'>;

const pageQuery = z.strictObject({
  limit: parseWritten(z.int().min(1).max(200)).default(50),
  cursor: z
    .string()
    .regex(/^\d{1,15}$/, 'must be the `next` of an earlier page')
    .optional(),
});

const readOpen = ({ alerts: { recorder, watch }, sources }: Options) => {
  watch.noteRead();
  return toOpenAlerts(recorder.open, recorder.isRecorded, sources.clock.wall());
};

/** Without PostgreSQL the history is empty. */
async function readPage(options: Options, { limit, cursor }: z.output<typeof pageQuery>) {
  const before = cursor ? new Date(Number(cursor)) : new Date(8.64e15);
  const now = readOpen(options);
  const history: StoredAlert[] | null = await options.alerts.store
    .cleared(before, limit)
    .catch(() => null);
  return toAlertPage(
    { ...now, isRecorded: now.isRecorded && history !== null },
    history ?? [],
    limit,
  );
}

const openRoute = (options: Options): Route =>
  route({
    id: 'openAlerts',
    method: 'get',
    path: '/alerts/open',
    tag: 'watching',
    auth: [],
    summary: 'List the alerts that fire now',
    description:
      'As this monitor sees the system. The rules, their names and thresholds are those of Prometheus; the monitor evaluates them four times per second.',
    responses: {
      200: {
        description: 'The alerts, the most urgent first.',
        schema: openAlerts,
        example: OPEN_ALERTS,
      },
    },
    handle: () => ({
      status: 200,
      headers: { 'Cache-Control': 'no-store' },
      body: readOpen(options),
    }),
  });

const listRoute = (options: Options): Route =>
  route({
    id: 'alerts',
    method: 'get',
    path: '/alerts',
    tag: 'watching',
    auth: [],
    query: pageQuery,
    queryExample: { limit: '10' },
    summary: 'List the alerts that fire, and those that cleared',
    description:
      'The history covers 90 days. For the next page send `next` as `cursor`. `isRecorded` false: PostgreSQL does not answer, and the history is missing.',
    responses: {
      200: { description: 'The alerts.', schema: alertPage, example: ALERT_PAGE },
    },
    handle: async ({ query }) => ({ status: 200, body: await readPage(options, query) }),
  });

const pageRoute = (options: Options): Route =>
  route({
    id: 'alertsPage',
    method: 'get',
    path: '/alerts.html',
    tag: 'pages',
    auth: [],
    query: pageQuery,
    summary: 'Page of the alerts, live',
    responses: { 200: { description: 'Alerts.', contentType: 'text/html' } },
    handle: async ({ query, request }) => {
      const session = await options.sessions.read(request);
      return consoleAnswer({
        title: 'Alerts',
        active: 'alerts',
        session,
        monitor: options.sources.id,
        body: alertsPage(await readPage(options, query), session?.csrf ?? null),
        scripts: ['local-times.js', 'alerts.js'],
      });
    },
  });

const TO_LIST: Answer = {
  status: 303,
  headers: { 'Location': '/alerts.html', 'Cache-Control': 'no-store' },
};

const wantsPage = (request: Request): boolean => request.accepts(['json', 'html']) === 'html';

const acknowledgeRoute = (options: Options): Route =>
  route({
    id: 'acknowledgeAlert',
    method: 'post',
    path: '/alerts/{id}/acknowledge',
    tag: 'acting',
    auth: ['operator'],
    params: z.object({ id }),
    paramsExample: { id: ALERT.id },
    body: z.strictObject({ reason }),
    bodyExample: { reason: 'the new disk arrives at noon' },
    summary: 'Acknowledge an alert',
    description:
      'The alert stays until its condition ends, but no longer counts in the title of the console. The first acknowledgement stays; repeating it changes nothing. A form is answered with the page of the alerts.',
    responses: {
      200: { description: 'The alert.', schema: alertRecord, example: ALERT },
    },
    problems: ['ALERT_NOT_FOUND', 'UNAVAILABLE'],
    handle: async ({ params, body, request }) => {
      const { alerts, sessions, sources } = options;
      const actor = await sessions.getActor(request);
      const acknowledge = async (): Promise<AlertDocument> => {
        const found = await alerts.recorder.acknowledge(params.id, actor, body.reason);
        if (!found) throw new Problem('ALERT_NOT_FOUND', `There is no recorded alert ${params.id}`);
        return toDocument(found);
      };
      if (!wantsPage(request)) return { status: 200, body: await acknowledge() };
      return asPage({ sessions, monitor: sources.id }, request, 'alerts', async () => {
        await acknowledge();
        return TO_LIST;
      });
    },
  });

export const alertRoutes = (options: Options): Route[] => [
  openRoute(options),
  listRoute(options),
  pageRoute(options),
  acknowledgeRoute(options),
];
