/**
 * Routes of failed payments: list, preview of a re-drive, re-drive. For operators only; each
 * re-drive writes an audit row.
 */
import { z } from 'zod';
import { id, reason } from '../../shared/contracts/ids.js';
import { csvTable } from '../../shared/csv.js';
import { parse } from '../../shared/http/http.js';
import { route, type Route } from '../../shared/http/routes.js';
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
import { LIST_MAX, type Performed } from './list-operator.js';
import {
  ids,
  performed,
  performList,
  PRIVATE,
  showPreview,
  wantsPage,
  type ListDeps,
  type ListSpec,
} from './list-routes.js';
import { asPage } from './pages/as-page.js';
import { failedPage, redrivePreviewPage } from './pages/failed-pages.js';
import { previewRedrive, sumByCurrency, type RedrivePreview } from './redrive-preview.js';

export interface FailedDeps extends ListDeps {
  db: Queryable;
}

const previewQuery = z.strictObject({ ids });
const redriveBody = z.strictObject({ ids, reason });
const redriveAnswer = z.object({ driven: z.int(), refused: z.int(), payments: z.array(performed) });
const previewAnswer = z.object({
  drive: z.array(id),
  sums: z.array(z.object({ currency: z.string(), amountMinor: z.int(), payments: z.int() })),
  refused: z.array(z.object({ id, why: z.string() })),
});

const readList = ({ db }: FailedDeps, query: z.output<typeof failedQuery>) =>
  failedPayments(db, {
    before: query.before,
    limit: Math.min(query.limit, LIST_MAX),
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
          canDrive: deps.lists.isPossible,
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

function toBody(payments: readonly Performed[]): object {
  const done = payments.filter(({ ok }) => ok).length;
  return { driven: done, refused: payments.length - done, payments };
}

const toSpec = (deps: FailedDeps): ListSpec<RedrivePreview> => ({
  action: 'redrive',
  active: 'failed',
  body: redriveBody,
  previewIds: async (asked) => previewFor(deps, asked),
  show: redrivePreviewPage,
  toBody,
});

const previewRoute = (deps: FailedDeps): Route =>
  route({
    id: 'previewRedrive',
    method: 'get',
    path: '/failed/redrive',
    tag: 'inspecting',
    auth: ['operator'],
    summary: 'Preview the retry of failed payments',
    description: `A page, or JSON on request. \`ids\` may be repeated, up to ${LIST_MAX} times.`,
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
          showPreview(deps, request, toSpec(deps), await preview()),
        );
      const { drive, refused } = await preview();
      return {
        status: 200,
        headers: PRIVATE,
        body: { drive: drive.map((each) => each.id), sums: sumByCurrency(drive), refused },
      };
    },
  });

const redriveRoute = (deps: FailedDeps): Route =>
  route({
    id: 'redriveFailed',
    method: 'post',
    path: '/failed/redrive',
    tag: 'inspecting',
    auth: ['operator'],
    summary: 'Retry failed payments',
    description:
      `{ids, reason}, up to ${LIST_MAX}: calls patients for each payment, idempotently, and writes an audit row for each. ` +
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
    handle: async ({ request }) => performList(deps, request, toSpec(deps)),
  });

export const makeFailedRoutes = (deps: FailedDeps): Route[] => [
  failedPageRoute(deps),
  failedJsonRoute(deps),
  failedCsvRoute(deps),
  previewRoute(deps),
  redriveRoute(deps),
];
