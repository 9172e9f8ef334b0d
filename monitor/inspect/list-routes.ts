/**
 * Routes of the actions on a list of payments: the retry of failed ones, the cancellation of
 * pending ones. Each has a preview that changes nothing, and a request with the ids of the preview
 * and a reason. For operators only.
 */
import type { Request } from 'express';
import { z } from 'zod';
import { id } from '../../shared/contracts/ids.js';
import { Problem } from '../../shared/errors.js';
import { parse } from '../../shared/http/http.js';
import type { Answer } from '../../shared/http/routes.js';
import type { PageName } from '../console/shell.js';
import {
  LIST_MAX,
  NO_INSTANCE,
  type ListAction,
  type ListOperator,
  type Performed,
} from './list-operator.js';
import { asPage, type PageDeps, type Shown } from './pages/as-page.js';
import { LIST_PAGES, listOutcomePage, type PreviewForm } from './pages/list-pages.js';

export interface ListDeps extends PageDeps {
  lists: ListOperator;
}

export const PRIVATE = { 'Cache-Control': 'no-store' };

/** A form and an address send one value as a text, several as a list. */
export const ids = z.preprocess(
  (value) => (typeof value === 'string' ? [value] : value),
  z.array(id).min(1, 'choose at least one').max(LIST_MAX),
);

export const performed = z.object({
  id,
  ok: z.boolean(),
  payment: z.object({ id, status: z.string() }).optional(),
  replayed: z.boolean().optional(),
  code: z.string().optional(),
  detail: z.string().optional(),
});

type ListBody = z.ZodType<{ ids: string[]; reason: string }>;

/** The differences between the actions. */
export interface ListSpec<P> {
  action: ListAction;
  active: PageName;
  body: ListBody;
  /** The preview of the ids of a form whose reason is missing. */
  previewIds: (ids: readonly string[]) => Promise<P>;
  show: (preview: P, form: PreviewForm) => Shown['body'];
  toBody: (performed: Performed[]) => object;
}

export const wantsPage = (request: Request): boolean =>
  request.accepts(['json', 'html']) === 'html';

export async function showPreview<P>(
  { sessions }: ListDeps,
  request: Request,
  { action, active, show }: Pick<ListSpec<P>, 'action' | 'active' | 'show'>,
  preview: P,
  problem: string | null = null,
): Promise<Shown> {
  const csrf = (await sessions.read(request))?.csrf ?? '';
  return {
    title: LIST_PAGES[action].title,
    active,
    body: show(preview, { csrf, problem }),
    status: problem === null ? 200 : 400,
    scripts: ['list-progress.js'],
  };
}

/** @throws Problem NO_PATIENTS_INSTANCE when no request reached a patients instance. */
async function perform(
  { sessions, lists }: ListDeps,
  request: Request,
  action: ListAction,
  body: z.output<ListBody>,
): Promise<Performed[]> {
  const outcome = await lists.perform({
    action,
    ids: [...new Set(body.ids)],
    actor: await sessions.getActor(request),
    reason: body.reason,
  });
  const unreached = outcome.find((each) => !each.ok && each.code === NO_INSTANCE);
  if (unreached && !unreached.ok && outcome.every(({ ok }) => !ok))
    throw new Problem(NO_INSTANCE, `${unreached.detail}: ${LIST_PAGES[action].nothing}`);
  return outcome;
}

/** Shows the form again when only the reason is missing; otherwise the outcome. */
async function performForm<P>(deps: ListDeps, request: Request, spec: ListSpec<P>): Promise<Shown> {
  const { action, active } = spec;
  const fields = spec.body.safeParse(request.body);
  if (!fields.success) {
    const asked = parse(z.object({ ids }), request.body, 'body').ids;
    const preview = await spec.previewIds(asked);
    return showPreview(deps, request, spec, preview, LIST_PAGES[action].missing);
  }
  const outcome = await perform(deps, request, action, fields.data);
  return {
    title: LIST_PAGES[action].title,
    active,
    body: listOutcomePage(action, outcome, fields.data.reason),
  };
}

/** Performs the action: a page for forms, JSON for programs. */
export async function performList<P>(
  deps: ListDeps,
  request: Request,
  spec: ListSpec<P>,
): Promise<Answer> {
  if (wantsPage(request))
    return asPage(deps, request, spec.active, () => performForm(deps, request, spec));
  const body = parse(spec.body, request.body, 'body');
  const outcome = await perform(deps, request, spec.action, body);
  return { status: 200, headers: PRIVATE, body: spec.toBody(outcome) };
}
