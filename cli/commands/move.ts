/**
 * `relevo move`: moves the data into the PostgreSQL with standbys, or back. Exit codes: 0 moved, 1
 * refused (a running system, no data), 3 a server does not start, 130 interrupted. Without 0, the
 * data are where they were.
 */
import { checkMove, moveData, type MoveOptions } from '../../local/backup/move.js';
import { startHint } from '../../local/command-hint.js';
import { answer, command } from '../command.js';
import { EXIT } from '../exit-codes.js';
import { formatMoved, formatMovePlan, toMoveDocument } from './backup-text.js';
import { confirm } from './confirm.js';

const MODES = { single: 'single', standby: 'cluster' } as const;

export const move = command({
  command: 'move',
  describe: 'Move the data into the PostgreSQL with standbys, or back',
  group: 'The system',
  details:
    'The system must be stopped. The data are copied into the new server, all rows of both are compared, and the old folder is kept under another name.',
  options: {
    to: {
      text: true,
      required: true,
      choices: ['standby', 'single'],
      doc: 'The PostgreSQL that gets the data',
    },
    yes: { flag: true, alias: 'y', doc: 'Do not ask for confirmation' },
  },
  examples: [
    ['relevo move --to standby', 'before the first `npm start -- --standby`'],
    ['relevo move --to single', 'back to one server'],
  ],
  async run(args, context) {
    const { config, env, interruption: signal, terminal } = context;
    const begun = performance.now();
    const to = args.to === 'standby' ? MODES.standby : MODES.single;
    const onProgress = (text: string): void => terminal.progress(text);
    const options: MoveOptions = { ...config, to, signal, onProgress };
    const from = checkMove(options);
    if (!args.json) terminal.err(formatMovePlan(from, to, config.dataDir));
    await confirm('Move the data?', args.yes, context);
    const moved = await moveData(options);
    terminal.progress('');
    const document = toMoveDocument(moved, Math.round(performance.now() - begun));
    const start = startHint(`npm start${to === 'cluster' ? ' -- --standby' : ''}`, env);
    answer(context, args.json, document, () => formatMoved(document, start));
    return EXIT.done;
  },
});
