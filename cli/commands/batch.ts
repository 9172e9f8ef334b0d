/**
 * `relevo batch`: sends many payments at once, as the published test does, and shows progress.
 * First the batch is accepted, then polled by its id, so that a lost answer loses nothing. Exit
 * codes: 0 all succeeded, 1 some did not, 2 some are pending.
 */
import { randomUUID } from 'node:crypto';
import { sleep } from '../../shared/clock.js';
import { BATCH_MAX, type Batch } from '../../shared/contracts/batch.js';
import { retryCall } from '../../shared/retry-call.js';
import { readAmount, readCurrency } from './amount.js';
import { ask, isRetryable, type Question } from '../client.js';
import { askWaiting } from './ask-waiting.js';
import { formatTime } from '../output/format-time.js';
import { answer, command, flag, text, type Context } from '../command.js';
import { wrongArguments } from '../failure.js';
import type { Target } from '../target.js';
import {
  findPending,
  formatProgress,
  formatBatch,
  getBatchExitCode,
  getLeaders,
} from './batch-text.js';

/**
 * A poll reads the whole batch, so the pause is at least twice as long as the last poll, within
 * these bounds, in ms.
 */
const LOOK_EVERY_MS = 200;
const LOOK_AT_LEAST_EVERY_MS = 2_000;
const LINE_EVERY_MS = 1_000;
const ACCEPT_TIMEOUT_MS = 60_000;
/** Gives up after this time without an answer. */
const PATIENCE_MS = 15_000;
const RETRY_MS = 500;

interface Following {
  context: Context;
  target: Target;
  deadlineMs: number;
  /** Whether to print lines of progress when there is no terminal. */
  watch: boolean;
}

/** Retries until a service answers. A refusal that is not retryable ends the retries. */
async function askUntilAnswered<T>({ context, target }: Following, question: Question): Promise<T> {
  const begun = performance.now();
  const signal = context.interruption;
  const token = target.token('api');
  const { body } = await retryCall(
    () => ask<T>(target.addresses('patients'), { ...question, token, signal }),
    {
      isRetryable,
      pausesMs: [RETRY_MS],
      beforePause: ({ error }) => {
        if (performance.now() - begun > PATIENCE_MS) throw error;
        context.terminal.progress(`${(error as Error).message} Retrying.`);
      },
      pause: (ms) => sleep(ms, signal),
    },
  );
  return body;
}

/** Why the first pending payment of the batch waits; null: not known, or none is pending. */
const findCause = ({ target, context }: Following, batch: Batch): Promise<string | null> | null =>
  batch.pending === 0
    ? null
    : askWaiting({ target, payment: findPending(batch), signal: context.interruption });

async function follow(following: Following, first: Batch): Promise<Batch> {
  const { terminal, interruption, now } = following.context;
  let batch = first;
  let lineAt = -Infinity;
  while (batch.pending > 0 && performance.now() < following.deadlineMs) {
    const text = formatProgress(batch, getLeaders(batch), await findCause(following, batch));
    terminal.progress(text);
    if (following.watch && !terminal.isTerminal && performance.now() - lineAt >= LINE_EVERY_MS) {
      terminal.err(`${formatTime(now())} ${text}`);
      lineAt = performance.now();
    }
    const begun = performance.now();
    batch = await askUntilAnswered<Batch>(following, {
      path: `/api/batches/${first.batchId}`,
      timeoutMs: ACCEPT_TIMEOUT_MS,
    });
    const pauseMs = Math.min(
      LOOK_AT_LEAST_EVERY_MS,
      Math.max(LOOK_EVERY_MS, (performance.now() - begun) * 2),
    );
    if (batch.pending > 0) await sleep(pauseMs, interruption);
  }
  terminal.progress('');
  return batch;
}

interface Fired {
  count: number;
  patientId?: string;
  amountMinor?: number;
  currency?: string;
}

interface Wanted {
  count: number;
  patient: string | null;
  amount: string | null;
  currency: string | null;
}

function toRequest({ count, patient, amount, currency }: Wanted): Fired {
  if (currency !== null && amount === null) throw wrongArguments('--currency needs --amount.');
  const code = readCurrency(currency ?? 'USD');
  return {
    count,
    ...(patient === null ? {} : { patientId: patient }),
    ...(amount === null ? {} : { amountMinor: readAmount(amount, code), currency: code }),
  };
}

async function startBatch(following: Following, request: Fired, key: string): Promise<Batch> {
  const question: Question = {
    method: 'POST',
    path: '/api/batches',
    body: { ...request, timeoutMs: 0 },
    headers: { 'idempotency-key': key },
  };
  following.context.terminal.progress(`Sending ${request.count} payments …`);
  return askUntilAnswered<Batch>(following, { ...question, timeoutMs: ACCEPT_TIMEOUT_MS });
}

export const batch = command({
  command: 'batch',
  describe: 'Send many payments at once and show progress',
  group: 'Payments',
  options: {
    count: { min: 1, max: BATCH_MAX, default: 230, doc: 'Number of payments' },
    id: text('Show this batch instead of sending one'),
    patient: text('Id of the patient for all payments. Default: different patients'),
    amount: text('Amount of each payment, such as 150.00'),
    currency: text('Currency of the amount. Default: USD'),
    key: text('Idempotency key of the batch. Default: a new one'),
    timeout: {
      min: 0,
      max: 3_600,
      default: 60,
      doc: 'Longest wait for the last outcome, in seconds',
    },
    watch: flag('Without a terminal, print progress to standard error once per second'),
  },
  examples: [
    ['relevo batch --count 230', 'as the published test does'],
    ['relevo batch --count 5000 --watch', 'long enough to kill a leader in the middle'],
  ],
  async run(args, context) {
    const { terminal, interruption } = context;
    const request = toRequest(args);
    const begun = performance.now();
    const following = {
      context,
      target: context.target(args),
      deadlineMs: begun + args.timeout * 1_000,
      watch: args.watch,
    };
    const key = args.key ?? randomUUID();
    const first =
      args.id === null
        ? await startBatch(following, request, key)
        : await askUntilAnswered<Batch>(following, {
            path: `/api/batches/${encodeURIComponent(args.id)}`,
            timeoutMs: ACCEPT_TIMEOUT_MS,
          });
    const done = await follow(following, first).catch((error: unknown) => {
      terminal.progress('');
      if (interruption.aborted)
        terminal.err(`Stopped waiting; the batch continues: relevo batch --id ${first.batchId}`);
      throw error;
    });
    const tookMs = args.id === null ? performance.now() - begun : null;
    const document = { ...(args.id === null ? { key } : {}), ...done };
    const waiting = await findCause(following, done);
    answer(context, args.json, { ...document, waiting }, () =>
      formatBatch({ batch: done, tookMs, waiting }, terminal.paint),
    );
    return getBatchExitCode(done);
  },
});
