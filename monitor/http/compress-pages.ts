/**
 * Compresses the pages, because a list loads itself again every few seconds. Streams of events and
 * answers for programs stay as they are.
 *
 * The length of a compressed page depends on its content together with the request's. Another site
 * cannot use that: its requests carry no session, because the cookie is SameSite=Strict.
 */
import compression from 'compression';
import type { RequestHandler } from 'express';

const isPage = (type: unknown): boolean => typeof type === 'string' && type.startsWith('text/html');

export const compressPages = (): RequestHandler =>
  compression({ filter: (_request, response) => isPage(response.getHeader('Content-Type')) });
