/**
 * Routes of the payment search and of stories, as pages, JSON and CSV. They return patients' data,
 * so they are for operators only.
 */
import type { Request } from 'express';
import { z } from 'zod';
import { id } from '../../shared/contracts/ids.js';
import { csvTable } from '../../shared/csv.js';
import { Problem } from '../../shared/errors.js';
import { route, type Answer, type Route } from '../../shared/http/routes.js';
import type { Queryable } from '../../shared/postgres/postgres.js';
import { FOUND_CSV, foundPage, toPlain, storyDocument, storySchema } from './documents.js';
import { FOUND_CSV_EXAMPLE, FOUND_PAGE, STORY } from './examples.js';
import {
  toAddress,
  PAGE_DEFAULT,
  pageQuery,
  searchQuery,
  type PaymentFilter,
  type SearchQuery,
} from './filters.js';
import type { PaymentOperator } from './operate.js';
import { asPage, type PageDeps, type Shown } from './pages/as-page.js';
import { searchPage, type SearchPage } from './pages/search-page.js';
import { storyPage } from './pages/story-page.js';
import { searchPayments } from './payment-search.js';
import { readTotals } from './payment-totals.js';
import { findPatient, paymentStory, whoseId } from './payment-story.js';
import { understand, type Members, type Understood } from './search-words.js';

export interface SearchDeps extends PageDeps {
  db: Queryable;
  members: Members;
  operator: Pick<PaymentOperator, 'isPossible'>;
}

/** Caches must not store patients' data. */
const PRIVATE = { 'Cache-Control': 'no-store' };
const seeOther = (location: string): Answer => ({
  status: 303,
  headers: { Location: location, ...PRIVATE },
});
const idPath = z.object({ id });

const toFields = (error: z.ZodError): string =>
  error.issues
    .slice(0, 5)
    .map(({ path, message }) => `${path.join('.')}: ${message}`)
    .join('; ');

type Led = { address: string } | { problem: string };

/** Resolves the words to a payment's story or a filter; a text when that is not possible. */
async function leadTo(
  db: Queryable,
  { filter, id: given, document, unclear }: Understood,
  typed: string,
): Promise<Led> {
  const found: PaymentFilter = { ...filter };
  if (unclear.length > 0)
    return {
      problem: `Not understood: ${unclear.join(' ')}. A document is written in full and has a digit.`,
    };
  if (given !== null) {
    const whose = await whoseId(db, given);
    if (whose === null) return { problem: `No payment, batch or patient has the id ${given}.` };
    if (whose.kind === 'payment') return { address: `/payments/${whose.id}` };
    Object.assign(found, whose.kind === 'batch' ? { batchId: whose.id } : { patientId: whose.id });
  }
  if (document !== null) {
    const patientId = await findPatient(db, document);
    if (patientId === null) return { problem: `No patient has the document ${document}.` };
    found.patientId = patientId;
  }
  return { address: toAddress('/payments', { ...found, typed }) };
}

function emptyPage({ members, operator }: SearchDeps, typed: unknown, problem: string): SearchPage {
  const text = typeof typed === 'string' ? typed.slice(0, 200) : '';
  return {
    typed: text,
    filter: {},
    limit: PAGE_DEFAULT,
    before: undefined,
    members,
    result: null,
    totals: null,
    canAct: operator.isPossible,
    problem,
  };
}

const showPage = (page: SearchPage, status = 200): Shown => ({
  title: 'Payments',
  active: 'payments',
  body: searchPage(page),
  status,
});

async function search(deps: SearchDeps, request: Request): Promise<Shown | Answer> {
  const parsed = pageQuery.safeParse(request.query);
  if (!parsed.success)
    return showPage(emptyPage(deps, request.query['q'], toFields(parsed.error)), 400);
  const { q, typed, ...query } = parsed.data;
  if (q !== undefined) {
    const led = await leadTo(deps.db, understand(q, deps.members), q);
    return 'address' in led
      ? seeOther(led.address)
      : showPage(emptyPage(deps, q, led.problem), 404);
  }
  const { before, limit, ...filter } = query;
  const view = { typed: typed ?? '', filter, limit, before };
  const canAct = deps.operator.isPossible;
  const page = { ...view, members: deps.members, problem: null, totals: null, canAct };
  try {
    const [result, totals] = await Promise.all([
      searchPayments(deps.db, query),
      readTotals(deps.db, filter),
    ]);
    return showPage({ ...page, result, totals });
  } catch (error) {
    // The filters stay, so that the operator can narrow them.
    if (!(error instanceof Problem) || error.code !== 'SEARCH_TOO_WIDE') throw error;
    return showPage({ ...page, result: null, problem: error.message }, error.status);
  }
}

const searchPageRoute = (deps: SearchDeps): Route =>
  route({
    id: 'paymentsPage',
    method: 'get',
    path: '/payments',
    tag: 'inspecting',
    auth: ['operator'],
    summary: 'Search payments',
    description:
      'A page. In addition to the filters of the JSON it accepts `q`: ids, a document, names of replicas, `term:5`, a status.',
    responses: {
      200: { description: 'The results.', contentType: 'text/html' },
      303: { description: 'The meaning of `q`, as filters or as one payment.' },
    },
    problems: ['VALIDATION_FAILED', 'SEARCH_TOO_WIDE', 'UNAVAILABLE'],
    handle: ({ request }) => asPage(deps, request, 'payments', () => search(deps, request)),
  });

const storyPageRoute = (deps: SearchDeps): Route =>
  route({
    id: 'paymentPage',
    method: 'get',
    path: '/payments/{id}',
    tag: 'inspecting',
    auth: ['operator'],
    params: z.object({ id: z.string() }),
    summary: 'Page of the story of a payment',
    responses: { 200: { description: 'A page.', contentType: 'text/html' } },
    problems: ['PAYMENT_NOT_FOUND', 'UNAVAILABLE'],
    handle: ({ params, request }) =>
      asPage(deps, request, 'payments', async () => {
        const asked = id.safeParse(params.id);
        if (!asked.success)
          throw new Problem('PAYMENT_NOT_FOUND', 'There is no payment with this id');
        return {
          title: 'Payment',
          active: 'payments',
          body: storyPage(await paymentStory(deps.db, asked.data), deps.operator.isPossible),
        };
      }),
  });

const csvAnswer = async (db: Queryable, query: SearchQuery): Promise<Answer> => ({
  status: 200,
  contentType: 'text/csv; charset=utf-8',
  body: csvTable(FOUND_CSV, (await searchPayments(db, query)).payments.map(toPlain)),
  headers: { ...PRIVATE, 'Content-Disposition': 'attachment; filename="payments.csv"' },
});

const searchJsonRoute = ({ db }: SearchDeps): Route =>
  route({
    id: 'paymentsJson',
    method: 'get',
    path: '/payments.json',
    tag: 'inspecting',
    auth: ['operator'],
    query: searchQuery,
    queryExample: { status: 'SUCCEEDED', limit: '10' },
    summary: 'Search payments as JSON',
    description:
      'Newest first. Omitted filters match everything. Times are UTC unless they have a zone.',
    responses: { 200: { description: 'One page.', schema: foundPage, example: FOUND_PAGE } },
    problems: ['SEARCH_TOO_WIDE', 'UNAVAILABLE'],
    handle: async ({ query }) => ({
      status: 200,
      body: await searchPayments(db, query),
      headers: PRIVATE,
    }),
  });

const searchCsvRoute = ({ db }: SearchDeps): Route =>
  route({
    id: 'paymentsCsv',
    method: 'get',
    path: '/payments.csv',
    tag: 'inspecting',
    auth: ['operator'],
    query: searchQuery,
    queryExample: { status: 'SUCCEEDED', limit: '10' },
    summary: 'Search payments as CSV',
    description: 'Cells that a spreadsheet would treat as a formula begin with an apostrophe.',
    responses: {
      200: {
        description: 'RFC 4180, with a header line.',
        contentType: 'text/csv',
        schema: z.string(),
        example: FOUND_CSV_EXAMPLE,
      },
    },
    problems: ['SEARCH_TOO_WIDE', 'UNAVAILABLE'],
    handle: ({ query }) => csvAnswer(db, query),
  });

const storyJsonRoute = ({ db }: SearchDeps): Route =>
  route({
    id: 'paymentJson',
    method: 'get',
    path: '/payments/{id}.json',
    tag: 'inspecting',
    auth: ['operator'],
    params: idPath,
    summary: 'Get the story of a payment as JSON',
    description: 'The data of the payment, and in `story` all its events, each as a sentence.',
    responses: {
      200: {
        description: 'The payment and its events, oldest first.',
        schema: storySchema,
        example: STORY,
      },
    },
    problems: ['PAYMENT_NOT_FOUND', 'UNAVAILABLE'],
    handle: async ({ params }) => ({
      status: 200,
      body: storyDocument(await paymentStory(db, params.id)),
      headers: PRIVATE,
    }),
  });

/** The path with `.json` must precede the path that matches any id. */
export const searchRoutes = (deps: SearchDeps): Route[] => [
  searchPageRoute(deps),
  searchJsonRoute(deps),
  searchCsvRoute(deps),
  storyJsonRoute(deps),
  storyPageRoute(deps),
];
