/**
 * One system of a run: its figures, its run over time, its trials, hand-overs, errors and stories.
 */
import type { SystemFacts } from '../facts/system-facts.js';
import { count, milliseconds } from '../../../shared/format.js';
import { html, type Html, type Content } from '../../../shared/web/html.js';
import { percent } from '../table.js';
import { handoversPart } from './handovers.js';
import { measuresPart } from './measures.js';
import { ruleLines } from './outcome.js';
import { overTimePart } from './over-time.js';
import { storiesPart } from './stories.js';
import { errorsPart, trialsPart } from './trials.js';

const figure = (name: string, value: string, note: string): Html =>
  html`<div><dt>${name}</dt><dd>${value}</dd><dd class="quiet">${note}</dd></div>`;

function keyFigures({ result: { total } }: SystemFacts): Html {
  const {
    sent,
    withinDeadline,
    succeeded,
    availability,
    wilson95: [low, high],
    latencyMs,
    faults,
    handovers,
  } = total;
  return html`<dl class="figures">
${figure('Availability', percent(availability), `95 %: ${percent(low)} – ${percent(high)}`)}
${figure('In time', `${count(withinDeadline)} / ${count(sent)}`, `${count(sent - succeeded)} without success, ${count(succeeded - withinDeadline)} late`)}
${figure('Latency, median', `${milliseconds(latencyMs.p50)} ms`, `p99 ${milliseconds(latencyMs.p99)} ms, slowest ${milliseconds(latencyMs.max)} ms`)}
${figure('Faults', count(faults.length), `${count(handovers.length)} hand-overs`)}
</dl>`;
}

/** Rules with a broken promise, and findings without one that still deserve attention. */
function rulesPart({
  journal: { violations, findings },
  stories: { anchorOf },
}: SystemFacts): Content {
  return [
    violations.length > 0 &&
      html`<h3>Rules broken by this system</h3>${ruleLines(violations, anchorOf)}`,
    findings.length > 0 &&
      html`<h3>Findings</h3><p>No promise is broken, but these deserve attention.</p>${ruleLines(findings, anchorOf)}`,
  ];
}

/** @param place of the system in the run: part of its anchor. */
export function systemSection(facts: SystemFacts, place: number): Html {
  const { journal, result, stories } = facts;
  const { part, originMs } = overTimePart(facts);
  return html`<section id="system-${place}"><h2>${journal.system}</h2>
<p class="quiet">${journal.what}</p>
${keyFigures(facts)}
${part}
${trialsPart(facts)}
${handoversPart(result.total.handovers, journal.evidence.elections, originMs)}
${measuresPart(journal.histograms)}
${errorsPart(facts)}
${rulesPart(facts)}
${storiesPart(journal, stories)}
</section>`;
}
