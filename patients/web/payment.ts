/**
 * The page of one payment of the identified patient: its progress, then its receipt; and the stream
 * of its progress.
 */
import type { Response } from 'express';
import { Problem } from '../../shared/errors.js';
import { answeredHead, clientGone } from '../../shared/http/routes.js';
import { id as idSchema } from '../../shared/contracts/ids.js';
import { balanceIn } from '../core/bill.js';
import { passState } from '../core/pass.js';
import { Semaphore } from '../../shared/core/semaphore.js';
import { isFinal, toStage } from '../core/progress.js';
import { toExitRule } from '../config.js';
import type { PatientsDeps } from '../connect.js';
import type { FollowedPayment } from '../records/staff-records.js';
import type { PageHandler } from './guards.js';
import { paymentPage, progress, type ReceiptFacts } from './pages/payment.js';
import { passPath, publicAddress, qrSvg } from './public-address.js';
import { sendPage, toView, type Answering } from './send-page.js';

/**
 * Maximum number of concurrent streams; without a free place the browser reloads the page instead.
 */
const STREAMS_MAX = 500;
/**
 * Longest duration of a stream; then the browser opens a new one. This respects expired sessions
 * and stopped instances.
 */
const STREAM_MS = 60_000;
/** How often the row is polled without an event. */
const LOOK_MS = 1_000;

/** @throws Problem PAYMENT_NOT_FOUND, also for payments of other patients. */
async function followed({ staff }: PatientsDeps, { request }: Answering): Promise<FollowedPayment> {
  const id = idSchema.safeParse(request.params['id']);
  const payment = id.success
    ? await staff.followed(id.data, request.session.patientId ?? '')
    : null;
  if (!payment) throw new Problem('PAYMENT_NOT_FOUND');
  return payment;
}

async function receiptFacts(
  deps: PatientsDeps,
  { request }: Answering,
  payment: FollowedPayment,
): Promise<ReceiptFacts> {
  const { records, config, clock } = deps;
  const bill = await records.bill(request.session.patientId ?? '', config.defaultCurrency);
  const { patient } = bill;
  const now = clock.wall();
  const known = { patient, now, ...balanceIn(bill, payment.currency) };
  if (payment.status !== 'SUCCEEDED') return { ...known, pass: null };
  const pass = await records.pass(payment.id, toExitRule(config), now);
  const path = passPath(payment.id);
  const { paid, due, expirationTime } = pass;
  return {
    ...known,
    pass: {
      paid,
      due,
      isWithheld: passState(pass, config.exitPass) === 'unsettled',
      path,
      svg: await qrSvg(publicAddress(config, request) + path),
      until: new Date(expirationTime),
    },
  };
}

export function showPayment(deps: PatientsDeps): PageHandler {
  return async (answering) => {
    const payment = await followed(deps, answering);
    const facts = await receiptFacts(deps, answering, payment);
    sendPage(answering, 200, (view) => paymentPage(view, payment, facts));
  };
}

/** Resolves when the payment is final, after a second, or when `end` fires. */
function nextLook({ outcomes }: PatientsDeps, paymentId: string, end: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const go = (): void => {
      clearTimeout(timer);
      unwatch();
      end.removeEventListener('abort', go);
      resolve();
    };
    const timer = setTimeout(go, LOOK_MS);
    const unwatch = outcomes.watch(paymentId, go);
    end.addEventListener('abort', go);
  });
}

function say(response: Response, message: { html: string; final: boolean }): void {
  response.write(`data: ${JSON.stringify(message)}\n\n`);
}

async function tell(deps: PatientsDeps, answering: Answering, end: AbortSignal): Promise<void> {
  const view = toView(answering, '');
  let last = '';
  while (!end.aborted) {
    const payment = await followed(deps, answering);
    const text = progress(view, payment).toString();
    const final = isFinal(toStage(payment));
    if (text !== last) say(answering.response, { html: text, final });
    if (final) return;
    last = text;
    await nextLook(deps, payment.id, end);
  }
}

const EVENT_STREAM = {
  'Content-Type': 'text/event-stream; charset=utf-8',
  'Cache-Control': 'no-store',
  'X-Accel-Buffering': 'no',
};

/**
 * Sends the progress as server-sent events, in the markup of the page, after every change. An error
 * ends the stream; the browser reconnects.
 */
export function followPayment(deps: PatientsDeps): PageHandler {
  const places = new Semaphore(STREAMS_MAX);
  return async (answering) => {
    const { response } = answering;
    await followed(deps, answering);
    if (answeredHead(answering.request, response, EVENT_STREAM['Content-Type'])) return;
    if (!places.acquire())
      throw new Problem('TOO_BUSY', 'Too many payments are being followed already');
    const end = new AbortController();
    const unlimit = deps.outcomes.limit(STREAM_MS, clientGone(response), () => end.abort());
    try {
      response.writeHead(200, EVENT_STREAM);
      await tell(deps, answering, end.signal);
    } catch (error) {
      deps.logger.debug({ err: error }, 'cannot follow a payment; the browser reconnects');
    } finally {
      unlimit();
      places.release();
      response.end();
    }
  };
}
