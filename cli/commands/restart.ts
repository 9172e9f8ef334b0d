/**
 * `relevo restart --rolling`: restarts one process after another without an interruption. The
 * process of `npm start` performs it, so that it continues when this command ends. Exit codes: 0
 * every process came back, 1 a step failed, 130 stopped by Ctrl-C.
 */
import type { RestartRecord, RestartStep } from '../../shared/contracts/rolling-restart.js';
import { sleep } from '../../shared/clock.js';
import { ask, type Question } from '../client.js';
import { answer, command, flag, text, type CommonArguments, type Context } from '../command.js';
import { EXIT } from '../exit-codes.js';
import { CommandFailure, wrongArguments } from '../failure.js';
import { confirm } from './confirm.js';
import { formatEnd, formatPlan, formatRunning, listEnded } from './restart-text.js';

const POLL_MS = 200;
const NO_REASON = 'no reason given';

type Control = <T>(question: Question) => Promise<T>;

/** @throws CommandFailure when the system runs elsewhere or has no control. */
function findControl(args: CommonArguments, context: Context): Control {
  const target = context.target(args);
  const url = target.local?.system.control;
  if (url === undefined)
    throw new CommandFailure(
      'NO_CONTROL',
      'Only a system that `npm start` runs on this machine can be restarted.',
      EXIT.no,
      target.local ? 'This one was started by an older version; stop and start it.' : null,
    );
  const token = target.token('operator');
  return async <T>(question: Question) => (await ask<T>([url], { token, ...question })).body;
}

/** Waits for the end. Ctrl-C stops the restart after the current step. */
async function follow(control: Control, quiet: boolean, context: Context): Promise<RestartRecord> {
  const { terminal, interruption } = context;
  let told = 0;
  let asked = false;
  for (;;) {
    if (interruption.aborted && !asked) {
      asked = true;
      await control({ method: 'POST', path: '/restarts/current/stop' });
      terminal.progress('');
      terminal.err('Stops after the current step.');
    }
    const record = await control<RestartRecord>({ path: '/restarts/current' });
    if (!quiet) {
      const lines = listEnded(record, told);
      if (lines.length > 0) terminal.progress('');
      lines.forEach((line) => terminal.err(line));
      told += lines.length;
      terminal.progress(formatRunning(record));
    }
    if (record.state !== 'running') return record;
    await sleep(POLL_MS);
  }
}

const EXIT_CODES = { done: EXIT.done, failed: EXIT.no, stopped: EXIT.interrupted } as const;

export const restartCommand = command({
  command: 'restart',
  describe: 'Restart one process after another without an interruption',
  group: 'The system',
  details:
    'Each patients instance is drained first, and the leader hands over. PostgreSQL and Redis are not restarted. It stops at the first process that does not come back. Ctrl-C stops it after the current step.',
  options: {
    'rolling': flag('Restart one process at a time; required'),
    'dry-run': flag('Only print the steps'),
    'yes': { ...flag('Do not ask for confirmation'), alias: 'y' },
    'reason': text('Reason, kept in the history'),
  },
  examples: [
    ['relevo restart --rolling --dry-run', 'the steps, with their expected durations'],
    ['relevo restart --rolling --reason "new version"', 'restarts everything, one by one'],
  ],
  async run(args, context) {
    if (!args.rolling)
      throw wrongArguments(
        '`relevo restart` needs --rolling: the only restart is one process after another.',
        'To stop everything and start it again: `relevo down`, then `relevo up`.',
      );
    const { terminal } = context;
    const control = findControl(args, context);
    const plan = await control<{ steps: RestartStep[] }>({ path: '/restarts/plan' });
    if (args['dry-run']) {
      answer(context, args.json, plan, () => formatPlan(plan.steps));
      return EXIT.done;
    }
    if (!args.json) terminal.err(formatPlan(plan.steps));
    await confirm('Restart these processes?', args.yes, context);
    const reason = args.reason?.trim() || NO_REASON;
    await control({ method: 'POST', path: '/restarts', body: { reason } });
    const record = await follow(control, args.json, context);
    answer(context, args.json, record, () => formatEnd(record));
    return record.state === 'running' ? EXIT.no : EXIT_CODES[record.state];
  },
});
