/**
 * Serves bull-board at `/queues`: the parcels in the queue, for operators. Read-only, unless fault
 * switches exist. While Redis is unavailable, a page reports that at once. The page of bull-board
 * loads a font from another host and allows any style, so a page of this service replaces it, with
 * a content security policy for these paths only.
 */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { createBullBoard } from '@bull-board/api';
import { BullMQAdapter } from '@bull-board/api/bullMQAdapter';
import { ExpressAdapter } from '@bull-board/express';
import type { Queue } from 'bullmq';
import { Router, type Request, type RequestHandler, type Response } from 'express';
import type { Redis } from 'ioredis';
import { Problem } from '../../shared/errors.js';
import { createQueue } from '../../shared/queue/queue.js';
import { html, trusted, type Html } from '../../shared/web/html.js';
import { pageHeaders } from '../../shared/web/page-headers.js';
import { ASSETS } from '../console/assets.js';
import { ICON } from '../console/shell.js';
import { asPage, type PageDeps } from './pages/as-page.js';

export const QUEUES_PATH = '/queues';

export interface QueueBoardOptions extends PageDeps {
  redis: Redis;
  prefix: string;
  /** Whether the board may change parcels: only with fault switches. */
  writable: boolean;
}

const UI_FOLDER = dirname(createRequire(import.meta.url).resolve('@bull-board/ui/package.json'));
/** The views of its page. All other paths are its data and files. */
const VIEWS = ['/', '/job-schedulers', '/queue/:queueName', '/queue/:queueName/:jobId'];
const CONFIG = {
  boardTitle: 'Relevo queue',
  boardLogo: { path: '', width: '0', height: '0' },
  miscLinks: [{ text: 'Relevo console', url: '/' }],
  hideRedisDetails: false,
  pollingInterval: { showSetting: true },
};

/** The names of its bundled files, which change with every version. */
function findFiles(page: string): { style: string; scripts: string[] } {
  const style = /href="(static\/css\/[^"]+\.css)"/.exec(page)?.[1];
  const scripts = [...page.matchAll(/src="(static\/js\/[^"]+\.js)"/g)].map(([, name = '']) => name);
  if (style === undefined || scripts.length === 0)
    throw new Error('the page of bull-board has an unexpected form');
  return { style, scripts };
}

const FILES = findFiles(readFileSync(join(UI_FOLDER, 'dist/index.ejs'), 'utf8'));
/**
 * A script element has no HTML escapes, so characters that could end the element become JSON
 * escapes.
 */
const configText = trusted(JSON.stringify(CONFIG).replace(/</g, '\\u003c'));

/** @param csrf token for requests that change data. Null: the board is read-only. */
const boardPage = (nonce: string, csrf: string | null): Html => html`<!doctype html>
<html lang="en" dir="ltr">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<base href="${QUEUES_PATH}/">
<title>Queue · Relevo</title>
<link rel="icon" href="${ICON}">
<link rel="stylesheet" href="${FILES.style}">
${csrf === null ? null : html`<meta name="csrf" content="${csrf}"><script nonce="${nonce}" src="${ASSETS.pathOf('queue-proof.js')}"></script>`}
</head>
<body class="preload">
<script id="__UI_CONFIG__" type="application/json" nonce="${nonce}">${configText}</script>
<div id="root">Loading …</div>
${FILES.scripts.map((name) => html`<script defer nonce="${nonce}" src="${name}"></script>`)}
</body>
</html>
`;

/**
 * The only style sheet that its scripts insert: the colours of the Redis logo. Styles that they set
 * on elements need no permission.
 */
const OWN_STYLE = "'sha256-r2N1TB/gHbBtBZFKg7ejmq1acVSREzucTAEw6ga4hoU='";

function boardHeaders(): ReturnType<typeof pageHeaders> {
  const { nonce, headers } = pageHeaders({ forms: false });
  const policy = [
    "default-src 'none'",
    `script-src 'self' 'nonce-${nonce}'`,
    `style-src 'self' ${OWN_STYLE}`,
    "connect-src 'self'",
    "img-src 'self' data:",
    "font-src 'self'",
    "base-uri 'self'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ];
  return { nonce, headers: { ...headers, 'Content-Security-Policy': policy.join('; ') } };
}

const awayPage: Html = html`<section class="card narrow"><h1>The queue cannot be seen</h1>
<p class="problem" role="alert">Redis does not answer.</p>
<p>Payments go on: the leader takes them from the record, more slowly. Nothing is lost; this page works again when Redis is back.</p>
<p class="actions"><a class="button" href="${QUEUES_PATH}">Try again</a> <a class="button" href="/payments?status=PENDING">Pending payments</a></p></section>`;

export class QueueBoard {
  private made: { queue: Queue; router: RequestHandler } | null = null;

  constructor(private readonly options: QueueBoardOptions) {}

  /** Handles everything below the path. The caller is already authorized. */
  router(): Router {
    const router = Router();
    router.use((request, response, next) => {
      if (this.options.redis.status === 'ready') next();
      else if (request.path.startsWith('/api/'))
        next(new Problem('UNAVAILABLE', 'Redis does not answer'));
      else return this.sayAway(request, response);
    });
    router.get(VIEWS, (request, response) => this.show(request, response));
    router.use((request, response, next) => this.board()(request, response, next));
    return router;
  }

  private async sayAway(request: Request, response: Response): Promise<void> {
    const { body, headers } = await asPage(this.options, request, 'queue', async () => ({
      title: 'Queue',
      active: 'queue',
      body: awayPage,
    }));
    response
      .status(503)
      .set({ ...headers, 'Retry-After': '1' })
      .type('html')
      .send(body);
  }

  private async show(request: Request, response: Response): Promise<void> {
    const { nonce, headers } = boardHeaders();
    const session = this.options.writable ? await this.options.sessions.read(request) : null;
    response
      .set(headers)
      .type('html')
      .send(boardPage(nonce, session?.csrf ?? null).toString());
  }

  /**
   * Created at the first request, and again after a failure: a BullMQ queue that could not reach
   * Redis at its creation keeps the error.
   */
  private board(): RequestHandler {
    if (this.made) return this.made.router;
    const { redis, prefix, writable } = this.options;
    const queue = createQueue(0, prefix, redis);
    const serverAdapter = new ExpressAdapter().setBasePath(QUEUES_PATH);
    const adapter = new BullMQAdapter(queue, {
      readOnlyMode: !writable,
      description: 'Parcels of payment ids, on their way to the leader.',
    });
    createBullBoard({
      queues: [adapter],
      serverAdapter,
      options: { uiBasePath: UI_FOLDER, uiConfig: CONFIG },
    });
    const made = { queue, router: serverAdapter.getRouter() as RequestHandler };
    this.made = made;
    queue.waitUntilReady().catch(() => {
      if (this.made === made) this.made = null;
    });
    return made.router;
  }
}
