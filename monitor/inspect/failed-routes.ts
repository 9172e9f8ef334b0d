/**
 * Routes of failed payments: list, preview of a re-drive, re-drive. For operators only; each
 * re-drive writes an audit row.
 */
import type { Request } from 'express';
import { z } from 'zod';
import { id, reason } from '../../shared/contracts/ids.js';
import { csvTable } from '../../shared/csv.js';
import { Problem } from '../../shared/errors.js';
import { parse } from '../../shared/http/http.js';
import { route, type Answer, type Route } from '../../shared/http/routes.js';
import type { Queryable } from '../../shared/postgres/postgres.js';
import { FAILED_CSV, failedPageSchema, toPlain } from './documents.js';
import {
  FAILED_PAGE,
  FOUND_CSV_EXAMPLE,
  IDS,
  REDRIVE_BODY,
  REDRIVE_PREVIEW,
  REDRIVEN,
} from './examples.js';
import { failedPayments, paymentsToDrive } from './failed-payments.js';
import { failedQuery } from './filters.js';
import { asPage, type PageDeps, type Shown } from './pages/as-page.js';
import { failedPage, outcomePage, previewPage } from './pages/failed-pages.js';
import {
  previewRedrive,
  REDRIVE_MAX,
  sumByCurrency,
  type RedrivePreview,
} from './redrive-preview.js';
import type { Driven, Redrives } from './redrive.js';

export interface FailedDeps extends PageDeps {
  db: Queryable;
  redrives: Redrives;
}

const PRIVATE = { 'Cache-Control': 'no-store' };
/** A form and an address send one value as a text, several as a list. */
const ids = z.preprocess(
  (value) => (typeof value === 'string' ? [value] : value),
  z.array(id).min(1, 'choose at least one').max(REDRIVE_MAX),
);
const previewQuery = z.strictObject({ ids });
const redriveBody = z.strictObject({ ids, reason });

const driven = z.object({
  id,
  ok: z.boolean(),
  payment: z.object({ id, status: z.string() }).optional(),
  replayed: z.boolean().optional(),
  code: z.string().optional(),
  detail: z.string().optional(),
});
const redriveAnswer = z.object({ driven: z.int(), refused: z.int(), payments: z.array(driven) });
const previewAnswer = z.object({
  drive: z.array(id),
  sums: z.array(z.object({ currency: z.string(), amountMinor: z.int(), payments: z.int() })),
  refused: z.array(z.object({ id, why: z.string() })),
});

const readList = ({ db }: FailedDeps, query: z.output<typeof failedQuery>) =>
  failedPayments(db, {
    before: query.before,
    limit: Math.min(query.limit, REDRIVE_MAX),
    all: query.all === 'yes',
  });

const common = {
  method: 'get',
  tag: 'inspecting',
  auth: ['operator'],
  problems: ['UNAVAILABLE'],
} as const;

const failedPageRoute = (deps: FailedDeps): Route =>
  route({
    ...common,
    id: 'failedPage',
    path: '/failed',
    summary: 'Page of failed payments and their re-drives',
    responses: { 200: { description: 'A page.', contentType: 'text/html' } },
    handle: ({ request }) =>
      asPage(deps, request, 'failed', async () => {
        const query = parse(failedQuery, request.query, 'query');
        const page = {
          result: await readList(deps, query),
          all: query.all === 'yes',
          before: query.before,
          canDrive: deps.redrives.possible,
        };
        return { title: 'Failed payments', active: 'failed', body: failedPage(page) };
      }),
  });

const failedJsonRoute = (deps: FailedDeps): Route =>
  route({
    ...common,
    id: 'failedJson',
    path: '/failed.json',
    query: failedQuery,
    queryExample: { limit: '10' },
    summary: 'List failed payments as JSON',
    description:
      'Includes the payment that repeats each one, if any. `all=yes` also lists payments that were already retried.',
    responses: {
      200: {
        description: 'One page, newest first.',
        schema: failedPageSchema,
        example: FAILED_PAGE,
      },
    },
    handle: async ({ query }) => ({
      status: 200,
      body: await readList(deps, query),
      headers: PRIVATE,
    }),
  });

const failedCsvRoute = (deps: FailedDeps): Route =>
  route({
    ...common,
    id: 'failedCsv',
    path: '/failed.csv',
    query: failedQuery,
    queryExample: { limit: '10' },
    summary: 'List failed payments as CSV',
    description: 'Cells that a spreadsheet would treat as a formula begin with an apostrophe.',
    responses: {
      200: {
        description: 'RFC 4180, with a header line.',
        contentType: 'text/csv',
        schema: z.string(),
        example: FOUND_CSV_EXAMPLE,
      },
    },
    handle: async ({ query }) => ({
      status: 200,
      contentType: 'text/csv; charset=utf-8',
      body: csvTable(FAILED_CSV, (await readList(deps, query)).payments.map(toPlain)),
      headers: {
        ...PRIVATE,
        'Content-Disposition': 'attachment; filename="failed-payments.csv"',
      },
    }),
  });

const previewFor = async ({ db }: FailedDeps, asked: readonly string[]): Promise<RedrivePreview> =>
  previewRedrive(asked, await paymentsToDrive(db, asked));

const wantsPage = (request: Request): boolean => request.accepts(['json', 'html']) === 'html';

async function getCsrf({ sessions }: FailedDeps, request: Request): Promise<string> {
  return (await sessions.read(request))?.csrf ?? '';
}

const previewShown = async (
  deps: FailedDeps,
  request: Request,
  preview: RedrivePreview,
  problem: string | null = null,
): Promise<Shown> => ({
  title: 'Retry failed payments',
  active: 'failed',
  body: previewPage(preview, await getCsrf(deps, request), problem),
  status: problem === null ? 200 : 400,
});

const previewRoute = (deps: FailedDeps): Route =>
  route({
    id: 'previewRedrive',
    method: 'get',
    path: '/failed/redrive',
    tag: 'inspecting',
    auth: ['operator'],
    summary: 'Preview the retry of failed payments',
    description: `A page, or JSON on request. \`ids\` may be repeated, up to ${REDRIVE_MAX} times.`,
    documentedQuery: previewQuery,
    queryExample: IDS,
    responses: {
      200: {
        description: 'The payments, their sums, and the refused payments.',
        schema: previewAnswer,
        example: REDRIVE_PREVIEW,
      },
    },
    problems: ['VALIDATION_FAILED', 'UNAVAILABLE'],
    handle: async ({ request }) => {
      const preview = async (): Promise<RedrivePreview> =>
        previewFor(deps, parse(previewQuery, request.query, 'query').ids);
      if (wantsPage(request))
        return asPage(deps, request, 'failed', async () =>
          previewShown(deps, request, await preview()),
        );
      const { drive, refused } = await preview();
      return {
        status: 200,
        headers: PRIVATE,
        body: { drive: drive.map((each) => each.id), sums: sumByCurrency(drive), refused },
      };
    },
  });

/** @throws Problem NO_PATIENTS_INSTANCE when no request reached a patients instance. */
async function drive(
  { sessions, redrives }: FailedDeps,
  request: Request,
  body: z.output<typeof redriveBody>,
): Promise<Driven[]> {
  const outcome = await redrives.drive(
    [...new Set(body.ids)],
    await sessions.getActor(request),
    body.reason,
  );
  const unreached = outcome.find((each) => !each.ok && each.code === 'NO_PATIENTS_INSTANCE');
  if (unreached && !unreached.ok && outcome.every(({ ok }) => !ok))
    throw new Problem('NO_PATIENTS_INSTANCE', `${unreached.detail}: nothing was retried`);
  return outcome;
}

/** Shows the form again when only the reason is missing; otherwise the outcome. */
async function drivePage(deps: FailedDeps, request: Request): Promise<Shown> {
  const fields = redriveBody.safeParse(request.body);
  if (!fields.success) {
    const asked = parse(z.object({ ids }), request.body, 'body').ids;
    return previewShown(
      deps,
      request,
      await previewFor(deps, asked),
      'Enter a reason of at most 500 characters. The audit stores the reason.',
    );
  }
  const outcome = await drive(deps, request, fields.data);
  return {
    title: 'Retried',
    active: 'failed',
    body: outcomePage(outcome, fields.data.reason),
  };
}

function toAnswer(payments: readonly Driven[]): Answer {
  const done = payments.filter(({ ok }) => ok).length;
  return {
    status: 200,
    headers: PRIVATE,
    body: { driven: done, refused: payments.length - done, payments },
  };
}

const redriveRoute = (deps: FailedDeps): Route =>
  route({
    id: 'redriveFailed',
    method: 'post',
    path: '/failed/redrive',
    tag: 'inspecting',
    auth: ['operator'],
    summary: 'Retry failed payments',
    description:
      `{ids, reason}, up to ${REDRIVE_MAX}: calls patients for each payment, idempotently, and writes an audit row for each. ` +
      'A page for forms, JSON for programs. 200 when some were retried; each has its outcome, NOT_REDRIVABLE for one that has not failed.',
    documentedBody: redriveBody,
    bodyExample: REDRIVE_BODY,
    responses: {
      200: {
        description: 'The outcome of each payment.',
        schema: redriveAnswer,
        example: REDRIVEN,
      },
    },
    problems: ['VALIDATION_FAILED', 'NO_PATIENTS_INSTANCE', 'UNAVAILABLE'],
    handle: async ({ request }) => {
      if (wantsPage(request))
        return asPage(deps, request, 'failed', () => drivePage(deps, request));
      return toAnswer(await drive(deps, request, parse(redriveBody, request.body, 'body')));
    },
  });

export const makeFailedRoutes = (deps: FailedDeps): Route[] => [
  failedPageRoute(deps),
  failedJsonRoute(deps),
  failedCsvRoute(deps),
  previewRoute(deps),
  redriveRoute(deps),
];
