/** Renders the page with the live chart; its scripts fill it. Pure. */
import { html } from '../../../shared/web/html.js';

const ICON =
  "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16'%3E%3Cpath d='M1 11l4-5 3 3 6-7' fill='none' stroke='%230d7f74' stroke-width='2.2' stroke-linecap='round' stroke-linejoin='round'/%3E%3C/svg%3E";

/**
 * @param pathOf address of a style or script by name.
 * @param nonce of the Content-Security-Policy.
 */
export const renderPage = (pathOf: (name: string) => string, nonce: string): string =>
  html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Measurements · Relevo</title>
<link rel="icon" href="${ICON}">
${['theme.css', 'frame.css', 'chart.css'].map(
  (name) => html`<link rel="stylesheet" nonce="${nonce}" href="${pathOf(name)}">
`,
)}<script type="module" nonce="${nonce}" src="${pathOf('page.js')}"></script>
</head>
<body>
<a class="skip" href="#content">Skip to the content</a>
<header class="top">
<a class="brand" href="/">Relevo</a>
<span class="part">Measurements</span>
<nav aria-label="This service"><a href="/series">Series</a><a href="/docs">API</a></nav>
</header>
<main id="content" tabindex="-1">
<h1>Latency of a payment</h1>
<p class="soft">The processing latency of a payment, measured by one device per replica and averaged once per round.</p>
<p id="link" class="link" role="status">Connecting …</p>
<dl class="facts">
<div><dt>Mean</dt><dd id="mean">–</dd></div>
<div><dt>Round</dt><dd id="round">–</dd></div>
<div><dt>Devices</dt><dd id="devices">–</dd></div>
<div><dt>Kept</dt><dd id="age">–</dd></div>
</dl>
<section class="card" aria-labelledby="chart-title">
<h2 id="chart-title">Mean per round, ms</h2>
<div id="chart"></div>
<p class="soft legend">A gap is a round without a mean. A dashed line marks the first round of another leading device.</p>
</section>
<section class="card" aria-labelledby="rounds-title">
<h2 id="rounds-title">Last rounds</h2>
<div class="scroll" tabindex="0" role="region" aria-labelledby="rounds-title">
<table>
<thead><tr><th scope="col">Round</th><th scope="col">Kept at</th><th scope="col">Mean</th><th scope="col">Devices</th><th scope="col">Epoch</th></tr></thead>
<tbody id="rounds"><tr><td colspan="5">No round yet.</td></tr></tbody>
</table>
</div>
</section>
<noscript><p>This page needs JavaScript. The series itself is at <a href="/series">/series</a>.</p></noscript>
</main>
</body>
</html>
`.toString();
