/** The console's first page and its styles and scripts. */
import type { Request } from 'express';
import { z } from 'zod';
import { Problem } from '../../shared/errors.js';
import { route, type Answer, type Route } from '../../shared/routes.js';
import { assetOf, type Asset } from '../console/assets.js';
import { overview } from '../console/overview.js';
import { consoleAnswer } from '../console/shell.js';
import type { SignInOptions } from './sign-in.js';

const assetParams = z.object({ version: z.string(), name: z.string() });

/** Packed for who can unpack. */
function answerOf({ contentType, plain, packed }: Asset, request: Request): Answer {
  const unpacks = request.acceptsEncodings(['gzip', 'identity']) === 'gzip';
  return {
    status: 200,
    contentType,
    body: unpacks ? packed : plain,
    headers: {
      'Cache-Control': 'public, max-age=31536000, immutable', 'X-Content-Type-Options': 'nosniff', Vary: 'Accept-Encoding',
      ...(unpacks ? { 'Content-Encoding': 'gzip' } : {}),
    },
  };
}

export function consoleRoutes({ sessions, monitor }: Pick<SignInOptions, 'sessions' | 'monitor'>): Route[] {
  return [
    route({
      id: 'console', method: 'get', path: '/', tag: 'pages', auth: [],
      summary: 'The operator\'s console: the overview, live',
      responses: { 200: { description: 'One page without external resources.', contentType: 'text/html' } },
      handle: async ({ request }) => consoleAnswer({
        title: 'Overview', active: 'overview', session: await sessions.read(request), monitor, body: overview(), scripts: ['console.js'],
      }),
    }),
    route({
      id: 'consoleAsset', method: 'get', path: '/assets/{version}/{name}', tag: 'pages', auth: [], params: assetParams,
      summary: 'A style or script of the console',
      responses: { 200: { description: 'Never changes: another content has another address.', contentType: 'text/javascript' } },
      problems: ['NOT_FOUND'],
      handle: ({ params, request }) => {
        const asset = assetOf(params.version, params.name);
        if (asset === null) throw new Problem('NOT_FOUND');
        return answerOf(asset, request);
      },
    }),
  ];
}
