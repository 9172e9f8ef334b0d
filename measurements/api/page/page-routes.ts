/** The page with the live chart, and its files. */
import { route, type Route } from '../../../shared/http/routes.js';
import { loadAssets } from '../../../shared/web/asset-set.js';
import { pageHeaders } from '../../../shared/web/page-headers.js';
import { renderPage } from './page.js';

const CLIENT = 'measurements/api/page/client';

const ASSETS = loadAssets({
  'theme.css': 'shared/web/theme.css',
  'frame.css': 'shared/web/frame.css',
  'chart.css': 'measurements/api/page/chart.css',
  'chart.js': `${CLIENT}/chart.js`,
  'page.js': `${CLIENT}/page.js`,
  'rows.js': `${CLIENT}/rows.js`,
});

export const pageRoutes = (): Route[] => [
  route({
    id: 'chartPage',
    method: 'get',
    path: '/',
    tag: 'pages',
    auth: [],
    summary: 'Page with the live chart of the means',
    responses: {
      200: { description: 'One page without external resources.', contentType: 'text/html' },
    },
    handle: () => {
      const { nonce, headers } = pageHeaders({ forms: false });
      return {
        status: 200,
        contentType: 'text/html; charset=utf-8',
        body: renderPage((name) => ASSETS.pathOf(name), nonce),
        headers,
      };
    },
  }),
  ASSETS.toRoute('chartAsset', 'A style or script of the page'),
];
