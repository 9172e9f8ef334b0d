/**
 * Routes of the cancellation of pending payments that match a filter: the preview, and the request
 * for the payments of a preview. For operators only; each payment writes an audit row.
 */
import { z } from 'zod';
import { id } from '../../shared/contracts/ids.js';
import { paymentKind, paymentRequest } from '../../shared/contracts/payment.js';
import { parse } from '../../shared/http/http.js';
import { route, type Route } from '../../shared/http/routes.js';
import type { Queryable } from '../../shared/postgres/postgres.js';
import { countMatching, previewCancel, type CancelPreview } from './cancel-preview.js';
import { CANCEL_BODY, CANCEL_PREVIEW, CANCEL_RESULTS, PENDING_FILTER } from './examples.js';
import { pendingQuery } from './filters.js';
import { LIST_MAX, type Performed } from './list-operator.js';
import { countResults } from './list-results.js';
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
import { pendingPreviewPage } from './pages/pending-pages.js';
import { matchPending, paymentsToCancel } from './pending-payments.js';

export interface PendingDeps extends ListDeps {
  db: Queryable;
}

/** As the concept of a payment, because patients keep the reason with the payment. */
const reason = paymentRequest.shape.concept.unwrap();
const cancelBody = z.strictObject({ ids, reason });
const count = z.int().min(0);
const cancelAnswer = z.object({
  requested: count,
  final: count,
  refused: count,
  notReached: count,
  payments: z.array(performed),
});
const previewAnswer = z.object({
  matching: count,
  sums: z.array(
    z.object({ kind: paymentKind, currency: z.string(), amountMinor: z.int(), payments: count }),
  ),
  requested: count,
  cancel: z.array(id),
});

function toBody(payments: readonly Performed[]): z.output<typeof cancelAnswer> {
  const { done, ...others } = countResults('cancel', payments);
  return { requested: done, ...others, payments: [...payments] };
}

const toSpec = ({ db }: PendingDeps): ListSpec<CancelPreview> => ({
  action: 'cancel',
  active: 'payments',
  body: cancelBody,
  previewIds: async (asked) => previewCancel(asked, await paymentsToCancel(db, asked)),
  show: pendingPreviewPage,
  toBody,
});

const previewRoute = (deps: PendingDeps): Route =>
  route({
    id: 'previewCancel',
    method: 'get',
    path: '/pending/cancel',
    tag: 'inspecting',
    auth: ['operator'],
    summary: 'Preview the cancellation of pending payments',
    description:
      `A page, or JSON on request. Takes the filters of the search without \`status\`. \`cancel\` has the oldest ${LIST_MAX} of the payments that match, ` +
      '`sums` all of them. Payments whose cancellation was requested before are only counted, in `requested`.',
    documentedQuery: pendingQuery,
    queryExample: PENDING_FILTER,
    responses: {
      200: {
        description: 'The payments that match now, and their sums.',
        schema: previewAnswer,
        example: CANCEL_PREVIEW,
      },
    },
    problems: ['VALIDATION_FAILED', 'SEARCH_TOO_WIDE', 'UNAVAILABLE'],
    handle: async ({ request }) => {
      const preview = async (): Promise<CancelPreview> =>
        matchPending(deps.db, parse(pendingQuery, request.query, 'query'), LIST_MAX);
      if (wantsPage(request))
        return asPage(deps, request, 'payments', async () =>
          showPreview(deps, request, toSpec(deps), await preview()),
        );
      const { cancel, sums, requested } = await preview();
      const body = {
        matching: countMatching(sums),
        sums,
        requested,
        cancel: cancel.map((each) => each.id),
      };
      return { status: 200, headers: PRIVATE, body };
    },
  });

const cancelRoute = (deps: PendingDeps): Route =>
  route({
    id: 'cancelPending',
    method: 'post',
    path: '/pending/cancel',
    tag: 'inspecting',
    auth: ['operator'],
    summary: 'Cancel pending payments',
    description:
      `{ids, reason}, up to ${LIST_MAX}: asks patients to cancel each payment, and writes an audit row for each. A page for forms, JSON for programs. ` +
      'A payment that is final is no error and is counted in `final`. A payment that the gateway charged before its cancellation succeeds.',
    documentedBody: cancelBody,
    bodyExample: CANCEL_BODY,
    responses: {
      200: {
        description: 'The result of each payment. The leader cancels the requested ones.',
        schema: cancelAnswer,
        example: CANCEL_RESULTS,
      },
    },
    problems: ['VALIDATION_FAILED', 'NO_PATIENTS_INSTANCE', 'UNAVAILABLE'],
    handle: async ({ request }) => performList(deps, request, toSpec(deps)),
  });

export const makePendingRoutes = (deps: PendingDeps): Route[] => [
  previewRoute(deps),
  cancelRoute(deps),
];
