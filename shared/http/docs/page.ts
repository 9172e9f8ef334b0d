/**
 * The page around Swagger UI: our header and the first steps. viewer.js draws the rest from
 * `/openapi.json`.
 */
import { html } from '../../web/html.js';
import { viewerPath } from './files.js';

export interface ViewerPage {
  /** The service's name. */
  title: string;
  /** Description of the service's first page. */
  home: string;
  /** From the Content-Security-Policy of this answer. */
  nonce: string;
}

const ICON =
  "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16'%3E%3Cpath d='M2 8h9M8 4l4 4-4 4' fill='none' stroke='%230d7f74' stroke-width='2.4' stroke-linecap='round' stroke-linejoin='round'/%3E%3C/svg%3E";
const STYLES = ['swagger-ui.css', 'theme.css', 'viewer.css'];
const SCRIPTS = ['swagger-ui-bundle.js', 'viewer.js'];

export function viewerPage({ title, home, nonce }: ViewerPage): string {
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title} API · Relevo</title>
<link rel="icon" href="${ICON}">
${STYLES.map(
  (name) => html`<link rel="stylesheet" nonce="${nonce}" href="${viewerPath(name)}">
`,
)}${SCRIPTS.map(
    (name) => html`<script defer nonce="${nonce}" src="${viewerPath(name)}"></script>
`,
  )}</head>
<body>
<a class="skip" href="#viewer">Skip to the operations</a>
<header class="top">
<a class="brand" href="/">Relevo</a>
<span class="part">${title} API</span>
<nav aria-label="This service"><a href="/">${home}</a><a href="/openapi.json">OpenAPI document</a></nav>
</header>
<main>
<p class="first">Choose <b>Authorize</b> and paste a token, open an operation, choose <b>Try it out</b>: the request goes to this instance.
Tokens are in <code>.data/tokens.json</code>; this page keeps them until it is closed.</p>
<div id="viewer"><p class="first" role="status">Reading the document …</p></div>
<noscript><p class="first">This page needs JavaScript. The document itself is at <a href="/openapi.json">/openapi.json</a>.</p></noscript>
</main>
</body>
</html>
`.toString();
}
