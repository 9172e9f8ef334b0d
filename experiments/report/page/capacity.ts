/**
 * The page of the experiment capacity: the saturation points, latency and completion over the rate,
 * and the CPU use of each system over the rate.
 */
import { median } from '../../bench/figures.js';
import { sumParts } from '../../capacity/bottleneck.js';
import type { SystemFigures } from '../../capacity/figures.js';
import type { CapacityPlan, SystemRound } from '../../capacity/rounds.js';
import type { CapacityStep } from '../../capacity/run-step.js';
import { P95_MS } from '../../capacity/step-judge.js';
import { BASELINE, describeSystem, type CapacitySystem } from '../../capacity/systems.js';
import type { RunRecord } from '../../record/run-record.js';
import { html, type Content, type Html } from '../../../shared/web/html.js';
import {
  bottleneckLines,
  capacitySheets,
  errorLines,
  type CapacitySheet,
} from '../capacity-sheets.js';
import { rateChart, type RatedSystem } from '../bench/rate-chart.js';
import { logChart, type LogSeries } from '../charts/log-chart.js';
import { pageHead } from './head.js';
import { outcomeSection } from './outcome.js';
import { htmlPage } from './page.js';
import { figureColumn, foldTable, htmlTable, wordColumn } from './table.js';

const ACROSS = 'users per second';
/** Number of colours of a chart. */
const PARTS_MAX = 7;

const stepsOf = (system: CapacitySystem, found: readonly SystemRound[]): CapacityStep[] =>
  found.filter((one) => one.system === system).flatMap(({ steps }) => steps);

/** By rate, ascending: the median over the rounds that tried the rate. */
function overRate(
  steps: readonly CapacityStep[],
  valueOf: (step: CapacityStep) => number,
): LogSeries['points'] {
  const rates = [...new Set(steps.map(({ perSec }) => perSec))].sort((a, b) => a - b);
  return rates.map((perSec) => [
    perSec,
    median(steps.filter((step) => step.perSec === perSec).map(valueOf)),
  ]);
}

/** A horizontal line across all rates. */
function limitSeries(found: readonly SystemRound[], name: string, value: number): LogSeries {
  const rates = found.flatMap(({ steps }) => steps.map(({ perSec }) => perSec));
  return { name, points: [Math.min(...rates), Math.max(...rates)].map((rate) => [rate, value]) };
}

function partSeries(steps: readonly CapacityStep[]): LogSeries[] {
  const shareOf = (part: string) => (step: CapacityStep) =>
    (new Map(sumParts(step.machine)).get(part) ?? 0) * 100;
  const names = [
    ...new Set(steps.flatMap(({ machine }) => sumParts(machine).map(([part]) => part))),
  ];
  const highest = (part: string): number => Math.max(...steps.map(shareOf(part)));
  return names
    .sort((a, b) => highest(b) - highest(a))
    .slice(0, PARTS_MAX)
    .map((name) => ({ name, points: overRate(steps, shareOf(name)) }));
}

const toRated = ({ system, perSec }: SystemFigures): RatedSystem => ({
  name: system,
  side: system === BASELINE ? 'naive' : 'relevo',
  rate: perSec,
});

function ratesOverview(figures: readonly SystemFigures[]): Html {
  const rated = figures.map(toRated);
  return rateChart(
    rated,
    rated.find(({ name }) => name === BASELINE),
  );
}

function rateCharts(figures: readonly SystemFigures[], found: readonly SystemRound[]): Content {
  const lines = (valueOf: (step: CapacityStep) => number): LogSeries[] =>
    figures.map(({ system }) => ({
      name: system,
      points: overRate(stepsOf(system, found), valueOf),
    }));
  return [
    logChart('95th percentile of all requests', 'ms', ACROSS, [
      ...lines(({ latencyMs }) => latencyMs.p95),
      limitSeries(found, 'the limit', P95_MS),
    ]),
    logChart(
      'Completed requests',
      '%',
      ACROSS,
      lines(({ completed, requests }) => (completed / requests) * 100),
      'linear',
    ),
  ];
}

const sheetTable = ({ title, header, rows, words }: CapacitySheet): Html =>
  htmlTable(
    title,
    [...wordColumn(...header.slice(0, words)), ...figureColumn(...header.slice(words))],
    rows,
  );

const systemPart = (
  system: CapacitySystem,
  plan: CapacityPlan,
  found: readonly SystemRound[],
): Html => html`<h3>${system}</h3><p class="quiet">${describeSystem(system, plan)}.</p>
${logChart('CPU use', '% of one core', ACROSS, partSeries(stepsOf(system, found)), 'linear')}`;

export function capacityPage(
  journal: RunRecord,
  figures: readonly SystemFigures[],
  found: readonly SystemRound[],
  plan: CapacityPlan,
): string {
  const { name, seed, verdict } = journal.result;
  const [points, limits, ...others] = capacitySheets(figures).map(sheetTable);
  return htmlPage(`${name}, seed ${seed}: ${verdict}`, [
    pageHead(journal),
    html`<main>${outcomeSection(journal, new Map())}
<section id="points"><h2>Saturation points</h2>
<p class="quiet">Users per second; each sends four requests, one of which is a payment. The line of a bar spans the rounds.</p>
${ratesOverview(figures)}
${points}
${bottleneckLines(figures).map((line) => html`<p>${line}</p>`)}</section>
<section id="rates"><h2>Over the rate</h2>
<p class="quiet">Medians over the rounds. A step that ended early shows a lower bound of its latency.</p>
${rateCharts(figures, found)}
${limits}
${errorLines(figures).map((line) => html`<p class="quiet">${line}</p>`)}</section>
<section id="time"><h2>Where the time goes</h2>
${figures.map(({ system }) => systemPart(system, plan, found))}
${foldTable('CPU, payments and PostgreSQL on both sides of the limit', others)}
<p class="quiet">capacity.json next to this page has all figures.</p></section></main>`,
  ]).toString();
}
