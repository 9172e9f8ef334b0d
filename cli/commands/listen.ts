/**
 * `relevo listen`: prints the events of the system as they happen: suspicions, elections,
 * recoveries, and the completed payments of each second.
 */
import { command, type Context } from '../command.js';
import { readEvents } from '../event-stream.js';
import { EXIT } from '../exit-codes.js';
import { formatTime } from '../output/format-time.js';
import { findToken } from '../target.js';
import { formatEvent } from './listen-text.js';

function print({ terminal, now }: Context, json: boolean, name: string, text: string): void {
  const data: unknown = JSON.parse(text);
  const line = formatEvent(name, data);
  if (line === null) return;
  if (json) terminal.out(JSON.stringify({ event: name, data }));
  else terminal.out(`${formatTime(now())} ${line}`);
}

export const listenCommand = command({
  command: 'listen',
  describe: 'Print events of the system as they happen',
  group: 'The system',
  details:
    'Suspicions, elections, recoveries, and the completed payments of each second. Reconnects after a lost connection. With --json, one document per line: {event, data}. Runs until Ctrl-C or for --seconds.',
  options: { seconds: { min: 0, max: 86_400, default: 0, doc: 'Duration; 0: until Ctrl-C' } },
  examples: [['relevo listen', 'beside `relevo handover`, for example']],
  async run(args, context) {
    const target = context.target(args);
    const limit = args.seconds === 0 ? [] : [AbortSignal.timeout(args.seconds * 1_000)];
    await readEvents({
      urls: target.addresses('monitor').map((address) => `${address}/events`),
      token: findToken(target, 'operator'),
      signal: AbortSignal.any([context.interruption, ...limit]),
      onEvent: ({ event, data }) => print(context, args.json, event ?? 'message', data),
      onLost: (reason) => context.terminal.err(`Connection lost (${reason}); reconnecting.`),
    });
    return context.interruption.aborted ? EXIT.interrupted : EXIT.done;
  },
});
