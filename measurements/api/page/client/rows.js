/** Keeps the rounds in order, and makes the rows of the table. Pure, except `toRow`. */

/** @typedef {import('../../../../shared/contracts/measurements.js').SeriesRound} Round */
/** @typedef {{ gap: string } | { round: Round }} Row */

/** Number of rounds in memory. */
const KEPT = 240;
/** Number of rows of the table. */
const SHOWN = 20;

/**
 * The rounds with some more, oldest first, each once.
 * @param {readonly Round[]} known
 * @param {readonly Round[]} more
 */
export function addRounds(known, more) {
  const byNumber = new Map([...known, ...more].map((round) => [round.round, round]));
  return [...byNumber.values()].sort((a, b) => a.round - b.round).slice(-KEPT);
}

/** @param {number} ms */
export function formatMean(ms) {
  if (ms >= 10_000) return `${(ms / 1_000).toFixed(1)} s`;
  return `${ms < 100 ? ms.toFixed(1) : Math.round(ms)} ms`;
}

/**
 * @param {number} from
 * @param {number} to
 */
const nameGap = (from, to) => (from === to ? String(from) : `${from} to ${to}`);

/**
 * The rows, newest first, with one row for each run of rounds without a mean.
 * @param {readonly Round[]} rounds oldest first.
 * @returns {Row[]}
 */
export function toRows(rounds) {
  /** @type {Row[]} */
  const rows = [];
  const newest = rounds.slice(-SHOWN).reverse();
  newest.forEach((round, index) => {
    const later = newest[index - 1];
    if (later && later.round - round.round > 1)
      rows.push({ gap: nameGap(round.round + 1, later.round - 1) });
    rows.push({ round });
  });
  return rows;
}

/** @param {readonly string[]} texts */
function makeRow(...texts) {
  const row = document.createElement('tr');
  for (const text of texts) {
    const cell = document.createElement('td');
    cell.textContent = text;
    row.append(cell);
  }
  return row;
}

/** @param {Row} row */
export function toRow(row) {
  if ('gap' in row) {
    const made = makeRow(row.gap, 'no mean', '–', '–', '–');
    made.className = 'gap';
    return made;
  }
  const { round, at, mean, devices, epoch } = row.round;
  const time = new Date(at).toLocaleTimeString([], { timeStyle: 'medium', hourCycle: 'h23' });
  return makeRow(String(round), time, formatMean(mean), String(devices), String(epoch));
}
