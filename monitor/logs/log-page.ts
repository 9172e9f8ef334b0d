/**
 * Renders the last lines of a log: filters in the address, rows, oldest first. The page works
 * without JavaScript. With JavaScript it is live: the script asks for the rows behind
 * `data-position` and appends them.
 */
import type { LogQuery, LogTail } from '../../shared/contracts/process-logs.js';
import { LOG_LEVELS, type LogLevel } from '../../shared/logs/log-line.js';
import { html, type Html } from '../../shared/web/html.js';
import { search } from '../console/filters.js';
import { rowTable, selectField, textField, type RowCell } from '../console/list-parts.js';

type Line = LogTail['lines'][number];

const TONES: Readonly<Record<LogLevel, string>> = {
  trace: 'none',
  debug: 'none',
  info: 'good',
  warn: 'warn',
  error: 'bad',
  fatal: 'bad',
};
const LENGTHS = ['50', '200', '1000'];
const HEADS = ['Time', 'Level', 'Message', 'Fields'];

/** `18:12:04.156 UTC`; the title has the date. */
const showTime = (iso: string | null): RowCell =>
  iso === null
    ? ''
    : html`<time datetime="${iso}" title="${iso}" data-precise>${iso.slice(11, 23)} UTC</time>`;

const showLevel = (level: LogLevel | null): RowCell =>
  level === null ? '' : html`<span class="state ${TONES[level]}">${level}</span>`;

const toCells = ({ time, level, message, fields }: Line): RowCell[] => [
  showTime(time),
  showLevel(level),
  html`<span class="message">${message}</span>`,
  html`${fields.map(({ name, value }) => html`<span class="pair"><b>${name}</b> ${value}</span> `)}`,
];

const GAPS = {
  restarted: 'The log was replaced or emptied. These are its lines now.',
  skipped: 'Earlier lines are not shown.',
};

const showGaps = (tail: LogTail): Html =>
  html`${(['restarted', 'skipped'] as const).filter((gap) => tail[gap]).map((gap) => html`<p class="gap soft">${GAPS[gap]}</p>`)}`;

/** The filters, without the position of an earlier answer. */
const keptSearch = ({ level, text, lines }: LogQuery): string => search({ level, text, lines });

const filters = (query: LogQuery, process: string): Html => {
  const values = { ...query, lines: String(query.lines) };
  const path = `/logs/${process}`;
  return html`<form class="filter" method="get" action="${path}" aria-label="What is shown">
${selectField(values, 'level', 'Least level', LOG_LEVELS)}${textField(values, 'text', 'Text in the line')}
<label>Lines <select name="lines">${[...new Set([...LENGTHS, values.lines])].map((value) => html`<option value="${value}"${value === values.lines ? html` selected` : null}>${value}</option>`)}</select></label>
<button type="submit">Show</button> <a class="button" href="${path}">All</a>
<span class="save">Save: <a href="${path}.json${keptSearch(query)}">JSON</a></span>
</form>`;
};

export const logPage = (query: LogQuery, tail: LogTail): Html => html`<section class="card logs">
<h1>${tail.process} <a class="all" href="/logs">all logs</a></h1>
${filters(query, tail.process)}
<p class="link" id="log-state" role="status">The newest line is the last one. <a href="#newest">Go to it</a></p>
<div id="log" data-position="${tail.position}">
${showGaps(tail)}
${rowTable({
  title: `Log of ${tail.process}`,
  heads: HEADS,
  rows: tail.lines.map(toCells),
  marks: tail.lines.map(({ level }) => html` class="level-${level ?? 'none'}"`),
})}
<p class="soft" id="no-lines"${tail.lines.length > 0 ? html` hidden` : null}>No line matches.</p>
</div>
<p id="newest"><a class="button" href="/logs/${tail.process}${keptSearch(query)}">Load again</a></p>
</section>`;
