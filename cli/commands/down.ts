/**
 * `relevo down`: stops the local system in order and waits until it has ended. Exit codes: 0 not
 * running any more, 1 it does not end.
 */
import { startHint } from '../../local/command-hint.js';
import { readRunning, type Running } from '../../local/installation.js';
import { MONITOR_PORT } from '../../local/plan.js';
import { isAlive, sendSignal } from '../../local/processes/process-tree.js';
import { pollUntil } from '../../shared/wait-until.js';
import { formatDuration } from '../output/format-time.js';
import { command, flag, type Context } from '../command.js';
import { EXIT } from '../exit-codes.js';
import { CommandFailure } from '../failure.js';

const POLL_MS = 50;

/** The process ids of the system that are still alive. */
const findAlive = ({ pid, system }: Running): number[] =>
  [pid, ...(system?.processes ?? []).flatMap((process) => process.pid ?? [])].filter(isAlive);

/**
 * Identifies an installation, because several may run at the same time. The port of the first
 * monitor shows the offset.
 */
function describeInstallation({ system }: Running, dataDir: string): string {
  const address = system?.addresses['monitor_1'];
  const moved = address ? Number(new URL(address).port) - MONITOR_PORT : 0;
  return `data in ${dataDir}${moved === 0 ? '' : `, ports moved by ${moved}`}`;
}

async function waitUntilGone(
  running: Running,
  waitMs: number,
  { terminal, interruption }: Context,
): Promise<void> {
  const isGone = await pollUntil(
    () => {
      const left = findAlive(running).length;
      if (left > 0) terminal.progress(`Stopping: ${left} processes are still running …`);
      return left === 0;
    },
    { deadlineMs: waitMs, pollMs: POLL_MS, signal: interruption },
  );
  terminal.progress('');
  if (!isGone)
    throw new CommandFailure(
      'STILL_RUNNING',
      `Relevo has not ended within ${formatDuration(waitMs)}.`,
      EXIT.no,
      '`relevo down --force` kills it; no data is lost.',
    );
}

export const down = command({
  command: 'down',
  describe: 'Stop the system and wait until it has ended',
  group: 'The system',
  details: 'The data stays. `npm stop` is the same.',
  options: {
    force: flag('Kill every process at once; accepted payments remain safe'),
    wait: { min: 1, max: 600, default: 60, doc: 'Longest wait, in seconds' },
  },
  async run(args, context) {
    const { terminal } = context;
    const begun = performance.now();
    const { dataDir } = context.config;
    const running = readRunning(dataDir);
    if (!running) {
      const sentence = `Relevo is not running (data in ${dataDir}); there is nothing to stop.`;
      terminal.out(
        args.json ? JSON.stringify({ stopped: false, running: false, dataDir }) : sentence,
      );
      return EXIT.done;
    }
    sendSignal(running.pid, args.force ? 'SIGKILL' : 'SIGTERM');
    await waitUntilGone(running, args.wait * 1_000, context);
    const tookMs = Math.round(performance.now() - begun);
    const again = startHint('npm start', context.env);
    terminal.out(
      args.json
        ? JSON.stringify({ stopped: true, running: false, pid: running.pid, dataDir, tookMs })
        : `Stopped (pid ${running.pid}, ${describeInstallation(running, dataDir)}) after ${formatDuration(tookMs)}. The data stays; \`${again}\` starts Relevo with it again.`,
    );
    return EXIT.done;
  },
});
