/**
 * `relevo measurements`: shows the last rounds, and shows or changes the settings of the rounds in
 * the ensemble. The devices follow a change without a restart.
 */
import type { z } from 'zod';
import {
  apiUrlData,
  MEAN_PATH,
  ROUNDS_KEPT,
  SAMPLING_PERIOD,
  samplingPeriodData,
  seriesAnswer,
} from '../../shared/contracts/measurements.js';
import { isUnanswered, ZooKeeperError } from '../../shared/zookeeper/errors.js';
import {
  readSettings,
  withEnsemble,
  changeSettings,
  type StoredSettings,
  type SettingChanges,
} from '../../shared/zookeeper/settings.js';
import { ask } from '../client.js';
import { answer, command, text, type CommonArguments, type Context } from '../command.js';
import { EXIT } from '../exit-codes.js';
import { CommandFailure, wrongArguments } from '../failure.js';
import { formatSeries, formatSettings, toSettingsDocument } from './measurements-text.js';

const PARTS = ['series', 'config'] as const;
/** How long the ensemble may take to answer, in ms. */
const ENSEMBLE_MS = 5_000;
/** The hosts that the devices accept by default (API_HOSTS). */
const LOCAL_HOSTS = '127.0.0.1,localhost';

interface Arguments extends CommonArguments {
  'last': number;
  'sampling-period': string | null;
  'api-url': string | null;
  'zookeeper': string | null;
}

/** The addresses of the local processes of a kind. @throws CommandFailure NO_MEASUREMENTS */
function findLocal(kind: string, args: CommonArguments, context: Context): string[] {
  const { local } = context.target(args);
  const found = local?.system.processes.filter((process) => process.kind === kind) ?? [];
  if (found.length > 0) return found.map(({ url }) => url);
  throw new CommandFailure(
    'NO_MEASUREMENTS',
    'This system runs without measurements.',
    EXIT.no,
    '`npm start -- --measurements` starts them.',
  );
}

async function showSeries(args: Arguments, context: Context): Promise<number> {
  const addresses = args.url ? [args.url] : findLocal('measurements', args, context);
  const { body } = await ask<unknown>(addresses, {
    path: `/series?last=${args.last}`,
    signal: context.interruption,
  });
  const { rounds } = seriesAnswer.parse(body);
  answer(context, args.json, { rounds }, () => formatSeries(rounds));
  return EXIT.done;
}

/** @throws CommandFailure WRONG_ARGUMENTS */
function check<T>(schema: z.ZodType<T>, option: string, value: string | null): void {
  const problem = value === null ? undefined : schema.safeParse(value).error?.issues[0]?.message;
  if (problem) throw wrongArguments(`--${option} "${value}" is refused: ${problem}.`);
}

/** Checks everything before anything is written. @throws CommandFailure WRONG_ARGUMENTS */
function readChanges(args: Arguments, env: NodeJS.ProcessEnv): SettingChanges {
  const { 'sampling-period': samplingPeriod, 'api-url': apiUrl } = args;
  const hosts = (env['API_HOSTS'] || LOCAL_HOSTS).split(',').map((host) => host.trim());
  check(samplingPeriodData, 'sampling-period', samplingPeriod);
  check(apiUrlData(hosts), 'api-url', apiUrl);
  return { samplingPeriod, apiUrl };
}

/** The failure of a call to the ensemble as one for the user. */
function toFailure(error: unknown, servers: string): unknown {
  if (!(error instanceof ZooKeeperError)) return error;
  if (isUnanswered(error))
    return new CommandFailure(
      'UNREACHABLE',
      `The ensemble does not answer (${servers}): no member runs, or the running ones have no majority.`,
      EXIT.unreachable,
      '`relevo status` shows its members.',
    );
  return new CommandFailure(
    error.code,
    `The ensemble refused the change (${error.code}): another client changed a setting meanwhile.`,
    EXIT.no,
    'Repeat the command.',
  );
}

async function configure(args: Arguments, context: Context): Promise<number> {
  const changes = readChanges(args, context.env);
  const servers = args.zookeeper ?? findLocal('zookeeper', args, context).join(',');
  let settings: StoredSettings;
  try {
    settings = await withEnsemble(servers, ENSEMBLE_MS, async (zk) => {
      await changeSettings(zk, changes);
      return readSettings(zk);
    });
  } catch (error) {
    throw toFailure(error, servers);
  }
  answer(context, args.json, toSettingsDocument(settings), () => formatSettings(settings));
  return EXIT.done;
}

export const measurements = command({
  command: 'measurements <part>',
  describe: 'Show the measurement rounds, and change their settings',
  group: 'The system',
  details: `series: the last rounds. config: the sampling period and the address that receives the means; with --sampling-period or --api-url it changes them, for all devices and without a restart. The address must name one of API_HOSTS (default: ${LOCAL_HOSTS}), because the internal token is sent there.`,
  positionals: {
    part: { required: true, choices: PARTS, doc: 'The part to show or change' },
  },
  options: {
    'last': { min: 1, max: ROUNDS_KEPT, default: 20, doc: 'series: number of rounds' },
    'sampling-period': text(
      `config: seconds between two rounds, ${SAMPLING_PERIOD.min} to ${SAMPLING_PERIOD.max}`,
    ),
    'api-url': text(`config: the address that receives the means; it ends with ${MEAN_PATH}`),
    'zookeeper': text('config: members of the ensemble on another machine: host:port,host:port'),
  },
  examples: [
    ['relevo measurements series --last 5', 'the last five rounds'],
    ['relevo measurements config --sampling-period 2', 'a round every two seconds'],
  ],
  run: (args, context) =>
    args.part === 'config' ? configure(args, context) : showSeries(args, context),
});
