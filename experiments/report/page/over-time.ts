/** A system's run over time: the chart with its legend, and the same data as a table. */
import { timelineChart } from '../charts/timeline-chart.js';
import { getLatency } from '../facts/fate.js';
import { faultEndMs, lanesOf, union } from '../facts/lanes.js';
import { extent, timelineOf, type Timeline } from '../facts/timeline.js';
import type { SystemFacts } from '../facts/system-facts.js';
import { count, duration, milliseconds } from '../../../shared/format.js';
import { html, type Html } from '../../../shared/web/html.js';
import { figureColumn, foldTable, htmlTable } from './table.js';

/** Largest number of requests that are drawn as dots; more would overlap. */
const MOST_POINTS = 3_000;
/** Largest number of lanes. */
const MOST_LANES = 24;

const LEGEND: readonly (readonly [className: string, text: string])[] = [
  ['key-broken', 'a fault was open'],
  ['key-handover', 'hand-over'],
  ['key-reign', 'leads'],
  ['key-fault', 'fault'],
  ['key-missed', 'not in time (link to its story)'],
  ['key-sent', 'due'],
  ['key-in-time', 'succeeded in time'],
];

const bucketTable = ({ buckets, bucketMs }: Timeline): Html =>
  htmlTable(
    `Every ${duration(bucketMs)}`,
    figureColumn('from', 'due', 'in time', 'p50 ms', 'p99 ms', 'max ms'),
    buckets.map(({ fromMs, sent, inTime, ...latency }) => [
      duration(fromMs),
      count(sent),
      count(inTime),
      ...[latency.p50, latency.p99, latency.max].map(milliseconds),
    ]),
  );

function drawTimeline({ journal, stories, deadlineMs }: SystemFacts, timeline: Timeline): Html {
  const { requests, elections, faults } = journal.evidence;
  const { originMs, spanMs } = timeline;
  const endMs = originMs + spanMs;
  const drawn =
    requests.length <= MOST_POINTS
      ? requests.filter(({ status }) => status !== null && status !== 'PENDING')
      : [];
  return timelineChart({
    timeline,
    points: drawn.map((request) => [request.intendedMs - originMs, getLatency(request)] as const),
    missed: stories.told.filter(({ fate }) => fate !== null && fate !== 'in time'),
    broken: union(faults.map((fault) => ({ fromMs: fault.atMs, toMs: faultEndMs(fault, endMs) }))),
    lanes: lanesOf(elections, faults, endMs, MOST_LANES),
    handovers: elections.filter(
      ({ previousLeader, electedMs: at }) =>
        previousLeader !== null && at >= originMs && at <= endMs,
    ),
    deadlineMs,
  });
}

/** @returns the part of the page, and the origin of its times (wall clock, ms). */
export function overTimePart(facts: SystemFacts): { part: Html; originMs: number } {
  const { evidence, startedMs, endedMs, keptOneIn = 1 } = facts.journal;
  const timeline = timelineOf(
    evidence.requests,
    facts.rows,
    facts.deadlineMs,
    extent(evidence.requests, startedMs, endedMs),
    keptOneIn,
  );
  const part = html`<h3>Over time</h3>
<ul class="legend">${LEGEND.map(([className, text]) => html`<li><span class="key ${className}" aria-hidden="true"></span>${text}</li>`)}</ul>
${drawTimeline(facts, timeline)}
${keptOneIn > 1 && html`<p class="quiet">Of the payments in time, one in ${count(keptOneIn)} was kept for this page and represents the others.</p>`}
${foldTable('As a table', bucketTable(timeline))}`;
  return { part, originMs: timeline.originMs };
}
