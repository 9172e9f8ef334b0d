/** The systems side by side: availability with its intervals, the published figure beside them, and what each tactic buys. */
import type { Journal } from '../../journal.js';
import type { ExperimentResult, Trial } from '../../result.js';
import { compareShares } from '../../significance/shares.js';
import { isPublished, PUBLISHED_ROW } from '../beside-published.js';
import { availabilityChart, type ShareRow } from '../charts/availability-chart.js';
import { chance, count, milliseconds } from '../format.js';
import { markup, type Markup, type Part } from '../markup.js';
import { percent } from '../table.js';
import { figures, table, words } from './table.js';

type SystemResult = ExperimentResult['systems'][number];

const shareRow = ({ system, total }: SystemResult): ShareRow => ({ name: system, share: total.availability, interval: total.wilson95 });

const lost = ({ sent, succeeded }: Trial): number => sent - succeeded;
const late = ({ succeeded, withinDeadline }: Trial): number => succeeded - withinDeadline;

function systemRow({ system, total }: SystemResult): Part[] {
  const { sent, withinDeadline, availability, wilson95: [low, high], latencyMs } = total;
  const interval = `${percent(low)} – ${percent(high)}`;
  const counts = [count(sent), count(withinDeadline), percent(availability), interval, count(lost(total)), count(late(total))];
  return [system, ...counts, milliseconds(latencyMs.p50), milliseconds(latencyMs.p99)];
}

function publishedRow(): Part[] {
  const { name, sent, succeeded, share, interval: [low, high] } = PUBLISHED_ROW;
  return [name, count(sent), count(succeeded), percent(share), `${percent(low)} – ${percent(high)}`, count(sent - succeeded), '–', '–', '–'];
}

/** Each system against the one before it. */
function gainRows(systems: readonly SystemResult[]): Part[][] {
  return systems.slice(1).map(({ system, total }, index) => {
    const before = systems[index] as SystemResult;
    const points = (total.availability - before.total.availability) * 100;
    const sign = (value: number, text: string): string => `${value > 0 ? '+' : value < 0 ? '−' : '±'}${text}`;
    const gained = total.withinDeadline - before.total.withinDeadline;
    const test = compareShares(
      { successes: before.total.withinDeadline, trials: before.total.sent }, { successes: total.withinDeadline, trials: total.sent },
    );
    return [`${before.system} → ${system}`, sign(points, Math.abs(points).toFixed(3)), sign(gained, count(Math.abs(gained))), `${chance(test.p)} (${test.method})`];
  });
}

/** Null when there is but one system and nothing was published for it. */
export function systemsSection({ result, systems }: Journal): Markup | null {
  const measured = result.systems;
  if (measured.length < 2 && !isPublished(result)) return null;
  const beside = isPublished(result);
  const columns = [...words('system'), ...figures('sent', 'in time', 'availability', '95 % interval', 'lost', 'late', 'p50 ms', 'p99 ms')];
  return markup`<section id="systems"><h2>${measured.length < 2 ? 'Published beside measured' : 'Systems side by side'}</h2>
${measured.length < 2 ? null : markup`<ul class="plain">${systems.map(({ system, what }) => markup`<li><b>${system}</b>: ${what}</li>`)}</ul>`}
${availabilityChart([...(beside ? [PUBLISHED_ROW] : []), ...measured.map(shareRow)])}
${table(null, columns, [...(beside ? [publishedRow()] : []), ...measured.map(systemRow)])}
${measured.length < 2 ? null : table('What each tactic buys', [...words('from → to'), ...figures('points', 'requests', 'chance of such a difference')], gainRows(measured))}
<p class="quiet">Lost: never told SUCCEEDED. Late: told so after the deadline. Intervals: Wilson. Differences: Fisher’s exact test, or the z-test where all counts are large.</p>
</section>`;
}
