/** The head of a report: the experiment, its environment, and the command that repeats it. */
import type { RunRecord } from '../../record/run-record.js';
import { duration, pluralize, readableTime } from '../../../shared/format.js';
import { html, type Html, type Content } from '../../../shared/web/html.js';
import { verdictBadge } from './outcome.js';

const fact = (name: string, value: Content): Html =>
  html`<div><dt>${name}</dt><dd>${value}</dd></div>`;

export function pageHead({ result, command, deadlineMs, machine }: RunRecord): Html {
  const { name, seed, commit, startedAt, durationMs, verdict } = result;
  const versions = Object.entries(machine.versions)
    .map(([part, version]) => `${part} ${version}`)
    .join(', ');
  return html`<header>
<h1>${name} <small>seed ${seed}</small> ${verdictBadge(verdict)}</h1>
<dl class="facts">
${fact('Started', readableTime(startedAt))}
${fact('Took', duration(durationMs))}
${deadlineMs > 0 && fact('Deadline of a request', duration(deadlineMs))}
${fact('Commit', html`<code>${commit}</code>${commit.endsWith('+') && ' (with changes)'}`)}
${fact('Machine', `${machine.cpu}, ${pluralize(machine.cores, 'core')}, ${machine.memoryGb} GB, ${machine.os}`)}
${fact('Versions', versions)}
</dl>
<p class="command"><span>Repeat with</span> <code>${command}</code></p>
</header>`;
}
