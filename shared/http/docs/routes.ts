/**
 * `/docs`: the service's OpenAPI document as a page, and its files. No external resources, no
 * inline scripts or styles.
 */
import type { Request } from 'express';
import { z } from 'zod';
import { Problem } from '../../errors.js';
import { route, type Answer, type Route } from '../routes.js';
import { pageHeaders } from '../../web/page-headers.js';
import { viewerFile, type ViewerFile } from './files.js';
import { viewerPage } from './page.js';

const fileParams = z.object({ version: z.string(), name: z.string() });

/**
 * Compressed for clients that accept gzip. Both forms have a length, so that a browser can show
 * progress.
 */
function answerOf({ contentType, plain, packed }: ViewerFile, request: Request): Answer {
  const unpacks = request.acceptsEncodings(['gzip', 'identity']) === 'gzip';
  const body = unpacks ? packed : plain;
  return {
    status: 200,
    contentType,
    body,
    headers: {
      'Cache-Control': 'public, max-age=31536000, immutable',
      'X-Content-Type-Options': 'nosniff',
      'Vary': 'Accept-Encoding',
      'Content-Length': String(body.length),
      ...(unpacks ? { 'Content-Encoding': 'gzip' } : {}),
    },
  };
}

/** @param title of the page: the service's name. @param home description of its first page. */
export const docsRoutes = (title: string, home: string): Route[] => [
  route({
    id: 'docs',
    method: 'get',
    path: '/docs',
    tag: 'pages',
    auth: [],
    summary: 'This API as an interactive page',
    responses: {
      200: { description: 'One page without external resources.', contentType: 'text/html' },
    },
    handle: () => {
      const { nonce, headers } = pageHeaders({ forms: false });
      return {
        status: 200,
        contentType: 'text/html; charset=utf-8',
        body: viewerPage({ title, home, nonce }),
        headers,
      };
    },
  }),
  route({
    id: 'docsFile',
    method: 'get',
    path: '/docs/{version}/{name}',
    tag: 'pages',
    auth: [],
    params: fileParams,
    summary: 'A style or script of that page',
    responses: {
      200: {
        description: 'Immutable: new content gets a new address.',
        contentType: 'text/javascript',
      },
    },
    problems: ['NOT_FOUND'],
    handle: async ({ params, request }) => {
      const file = await viewerFile(params.version, params.name);
      if (file === null) throw new Problem('NOT_FOUND');
      return answerOf(file, request);
    },
  }),
];
