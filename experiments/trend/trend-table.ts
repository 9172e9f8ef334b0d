/** The trend as text, at most 80 columns wide. Pure. */
import { readableTime } from '../../shared/format.js';
import { formatTable } from '../report/table.js';
import { cut } from '../report/verdict-lines.js';
import type { Calibration } from './calibration.js';
import type { FigureTrend } from './trend.js';

const inPercent = (share: number, digits = 1): string => `${(share * 100).toFixed(digits)} %`;
const signed = (share: number): string => `${share < 0 ? '' : '+'}${inPercent(share)}`;
const figureText = (value: number): string => String(Number(value.toPrecision(4)));

const row = ({ figure, runs, latest, noise, changes }: FigureTrend): string[] => [
  figure,
  String(runs),
  figureText(latest),
  Number.isFinite(noise) ? inPercent(noise) : '–',
  changes.length === 0 ? '' : signed(changes.at(-1)?.change ?? 0),
];

/** The changes of all figures, one line each. */
const changeLines = (trends: readonly FigureTrend[]): string[] =>
  trends.flatMap(({ figure, changes }) =>
    changes.flatMap(({ change, isWorse, run, former, p }) => [
      cut(`${isWorse ? '- worse ' : '+ better'} ${signed(change)} ${figure}`),
      cut(
        `    between ${former.commit} and ${run.commit}, ${readableTime(run.at)}, p ${p.toFixed(3)}`,
      ),
    ]),
  );

export const trendTable = (trends: readonly FigureTrend[]): string =>
  [
    formatTable(['figure', 'runs', 'latest', 'noise', 'last change'], trends.map(row)),
    '',
    ...(trends.some(({ changes }) => changes.length > 0)
      ? changeLines(trends)
      : ['No figure changed its level.']),
  ].join('\n');

export const calibrationText = (
  { falseAlarms, found, runsUntilFound }: Calibration,
  { noise, runs }: { noise: number; runs: number },
): string =>
  [
    `With a noise of ${inPercent(noise)}, tested after each of ${runs} runs:`,
    `  false alarms: ${inPercent(falseAlarms)} of the series without a change`,
    `  a slowdown of 5 %: found in ${inPercent(found)}, after ${runsUntilFound} runs (median)`,
  ].join('\n');
