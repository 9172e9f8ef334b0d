/**
 * Renders the frame of every page of the console: head, navigation, session. Pages provide their
 * body and their scripts.
 */
import type { Answer } from '../../shared/http/routes.js';
import { html, trusted, type Html } from '../../shared/web/html.js';
import { pageHeaders } from '../../shared/web/page-headers.js';
import type { Session } from './session.js';
import { ASSETS } from './assets.js';

/** The pages of the navigation, in its order. */
const PAGES = {
  overview: ['Overview', '/'],
  payments: ['Payments', '/payments'],
  failed: ['Failed', '/failed'],
  queue: ['Queue', '/queues'],
  alerts: ['Alerts', '/alerts.html'],
  elections: ['Elections', '/elections.html'],
  audit: ['Audit', '/audit.html'],
  logs: ['Logs', '/logs'],
} as const satisfies Record<string, readonly [string, string]>;
export type PageName = keyof typeof PAGES;

export interface ConsolePage {
  title: string;
  /** The active entry of the navigation. Null: none. */
  active: PageName | null;
  /** Null: there is no session. */
  session: Session | null;
  /** Name of the monitor that answers. */
  monitor: string;
  body: Html;
  /** Files of assets.ts. Scripts are modules, which run after the page is parsed. */
  scripts?: readonly string[];
  styles?: readonly string[];
}

/** The icon as a data URL, for `<link rel="icon">`. */
const ICON =
  "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16'%3E%3Cpath d='M2 8h9M8 4l4 4-4 4' fill='none' stroke='%230d7f74' stroke-width='2.4' stroke-linecap='round' stroke-linejoin='round'/%3E%3C/svg%3E";
const MARK = trusted(
  '<svg class="mark" viewBox="0 0 16 16" aria-hidden="true"><path d="M2 8h9M8 4l4 4-4 4"/></svg>',
);

const entry = (label: string, path: string, isActive: boolean): Html =>
  html`<li><a href="${path}"${isActive ? html` aria-current="page"` : null}>${label}</a></li>`;

const navigation = (active: PageName | null): Html =>
  html`<nav aria-label="Console"><ul>${Object.entries(PAGES).map(([name, [label, path]]) => entry(label, path, name === active))}</ul></nav>`;

const showSession = (session: Session | null): Html =>
  session === null
    ? html`<a class="sign-in" href="/session">Sign in</a>`
    : html`<form class="sign-out" method="post" action="/session/end"><span>${session.name ?? 'operator'}</span>
<input type="hidden" name="csrf" value="${session.csrf}"><button type="submit">Sign out</button></form>`;

/** The whole page. @param nonce of its Content-Security-Policy. */
export function consolePage(page: ConsolePage & { nonce: string }): string {
  const { title, active, session, monitor, body, scripts = [], styles = [], nonce } = page;
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="csrf" content="${session?.csrf}">
<title>${title} · Relevo</title>
<link rel="icon" href="${ICON}">
${['theme.css', 'frame.css', 'console.css', ...styles].map(
  (name) => html`<link rel="stylesheet" nonce="${nonce}" href="${ASSETS.pathOf(name)}">
`,
)}${['health.js', 'keys.js', ...scripts].map(
    (name) => html`<script type="module" nonce="${nonce}" src="${ASSETS.pathOf(name)}"></script>
`,
  )}</head>
<body>
<a class="skip" href="#content">Skip to the content</a>
<header class="top">
<a class="brand" href="/">${MARK}Relevo</a>
${navigation(active)}
<span class="who" title="The monitor that answers">${monitor}</span>
${showSession(session)}
</header>
<div id="health" class="health" hidden></div>
<p class="hidden" id="health-announcer" role="status"></p>
<main id="content" tabindex="-1">
${body}
</main>
</body>
</html>
`.toString();
}

/** The HTTP answer with the page, its headers and its own nonce. */
export function consoleAnswer(
  page: ConsolePage,
  status = 200,
  more: Readonly<Record<string, string>> = {},
): Answer {
  const { nonce, headers } = pageHeaders();
  return {
    status,
    contentType: 'text/html; charset=utf-8',
    body: consolePage({ ...page, nonce }),
    headers: { ...headers, ...more },
  };
}
