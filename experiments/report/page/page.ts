/**
 * The whole report as one HTML file. The page sends no request, so it can be opened from a disk,
 * from a build's artefacts or from a mail. Style and script are inside the page; its policy forbids
 * all other sources.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../../../shared/web/assets.js';
import type { RunRecord } from '../../record/run-record.js';
import { isPublished } from '../beside-published.js';
import { chooseStories } from '../facts/choose-stories.js';
import { indexRows } from '../facts/fate.js';
import { html, trusted, type Html, type Content } from '../../../shared/web/html.js';
import { pageHead } from './head.js';
import { outcomeSection } from './outcome.js';
import { systemSection } from './system.js';
import { systemsSection } from './systems.js';

const read = (name: string): Html =>
  trusted(readFileSync(join(ROOT, 'experiments/report/page', name), 'utf8'));

const POLICY =
  "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:";
const ICON =
  "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16'%3E%3Cpath d='M2 8h9M8 4l4 4-4 4' fill='none' stroke='%230d7f74' stroke-width='2.4' stroke-linecap='round' stroke-linejoin='round'/%3E%3C/svg%3E";

/** The hatching of faults in every chart: distinguishable without colour. */
const HATCH = html`<svg width="0" height="0" style="position:absolute" aria-hidden="true"><defs>
<pattern id="hatch" width="5" height="5" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><path class="hatch-line" d="M0 0V5"/></pattern>
</defs></svg>`;

/** Every page of the lab: style, script and policy around the content. */
export const htmlPage = (title: string, content: Content): Html => html`<!doctype html>
<html lang="en"><head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${trusted(POLICY)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title}</title>
<link rel="icon" href="${trusted(ICON)}">
<style>${read('report.css')}</style>
</head><body>
${HATCH}${content}
<script>${read('report.js')}</script>
</body></html>
`;

export function reportPage(journal: RunRecord): string {
  const { result, deadlineMs, systems } = journal;
  const sections = systems.flatMap((system, index) => {
    const rows = indexRows(system.evidence.payments);
    const stories = chooseStories(system, rows, deadlineMs, `story-${index + 1}`);
    const figures = result.systems.find((candidate) => candidate.system === system.system);
    if (!figures) return [];
    const facts = {
      journal: system,
      result: figures,
      rows,
      stories,
      deadlineMs,
      beside: isPublished(result),
    };
    return [{ stories, section: systemSection(facts, index + 1) }];
  });
  const anchors = new Map(sections.flatMap(({ stories }) => [...stories.anchorOf]));
  const title = `${result.name}, seed ${result.seed}: ${result.verdict}`;
  return htmlPage(title, [
    pageHead(journal),
    html`<main>${outcomeSection(journal, anchors)}
${systemsSection(journal)}
${sections.map(({ section }) => section)}</main>`,
    html`<footer><p>A request counts as available when its response is SUCCEEDED within the deadline, counted from its due time, and the row in
the database is SUCCEEDED as well. result.json, trials.csv, requests.csv and history.ndjson next to this page have all figures.</p></footer>`,
  ]).toString();
}
