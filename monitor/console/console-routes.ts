/** Routes of the console's pages, styles and scripts. */
import { route, type Route } from '../../shared/http/routes.js';
import { ASSETS } from './assets.js';
import { auditListPage, electionsPage } from './list-pages.js';
import { overview } from './overview.js';
import { consoleAnswer } from './shell.js';
import { auditQuery, electionQuery } from './filters.js';
import { auditRows, readElections } from './history-routes.js';
import type { RoutesOptions } from '../http/options.js';

const page = (description: string) => ({ 200: { description, contentType: 'text/html' } });

function listRoutes(options: RoutesOptions): Route[] {
  const { sessions, sources } = options;
  return [
    route({
      id: 'electionsPage',
      method: 'get',
      path: '/elections.html',
      tag: 'pages',
      auth: [],
      query: electionQuery,
      summary: 'Page of elections, live, with filters',
      responses: page('Elections.'),
      problems: ['UNAVAILABLE'],
      handle: async ({ query, request }) => {
        const members = {
          replicas: sources.replicas.map(({ id }) => id),
          monitors: sources.monitors.map(({ id }) => id),
        };
        const body = electionsPage(query, await readElections(options, query, false), members);
        return consoleAnswer({
          title: 'Elections',
          active: 'elections',
          session: await sessions.read(request),
          monitor: sources.id,
          body,
          scripts: ['elections.js'],
        });
      },
    }),
    route({
      id: 'auditPage',
      method: 'get',
      path: '/audit.html',
      tag: 'pages',
      auth: ['operator'],
      query: auditQuery,
      summary: 'Page of the audit, with filters',
      responses: page('Audit rows.'),
      problems: ['UNAVAILABLE'],
      handle: async ({ query, request }) => {
        const body = auditListPage(query, await auditRows(options, query));
        return consoleAnswer({
          title: 'Audit',
          active: 'audit',
          session: await sessions.read(request),
          monitor: sources.id,
          body,
          scripts: ['local-times.js', 'live-list.js'],
        });
      },
    }),
  ];
}

export function consoleRoutes(options: RoutesOptions): Route[] {
  const { sessions, sources } = options;
  return [
    route({
      id: 'console',
      method: 'get',
      path: '/',
      tag: 'pages',
      auth: [],
      summary: 'Overview page of the operator console, live',
      responses: page('One page without external resources.'),
      handle: async ({ request }) => {
        const session = await sessions.read(request);
        const files = { scripts: ['overview.js'], styles: ['uPlot.css', 'overview.css'] };
        return consoleAnswer({
          title: 'Overview',
          active: 'overview',
          session,
          monitor: sources.id,
          body: overview(session, options.supervisor !== null),
          ...files,
        });
      },
    }),
    ...listRoutes(options),
    ASSETS.toRoute('consoleAsset', 'A style or script of the console'),
  ];
}
