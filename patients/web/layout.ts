/**
 * The frame of every page: head, brand, languages, sign-out, and in the footer the name of the
 * instance.
 */
import { html, trusted, type Html } from '../../shared/web/html.js';
import { SCRIPT, STYLE } from './assets.js';
import { LANGUAGE_NAMES, LANGUAGES } from './language.js';
import type { Page, View } from './view.js';

/** The logo: the arcs of two runners at the hand-over of the baton. */
const MARK = trusted(
  '<svg class="mark" viewBox="0 0 32 32" width="32" height="32" aria-hidden="true"><rect width="32" height="32" rx="9"/>' +
    '<path d="M8 21c4-9 8-9 16-10M8 11c3 6 9 9 16 10" fill="none" stroke-width="2.6" stroke-linecap="round"/></svg>',
);

export const hiddenToken = ({ csrf }: View): Html =>
  html`<input type="hidden" name="csrf" value="${csrf}">`;

function languages({ language, words, path }: View): Html {
  const links = LANGUAGES.map((other) =>
    other === language
      ? html`<span class="language" aria-current="true" lang="${other}">${LANGUAGE_NAMES[other]}</span>`
      : html`<a class="language" href="${path}?lang=${other}" hreflang="${other}" lang="${other}">${LANGUAGE_NAMES[other]}</a>`,
  );
  return html`<div class="languages" role="group" aria-label="${words.language}">${links}</div>`;
}

const signOut = (view: View): Html | null =>
  view.known && view.csrf !== ''
    ? html`<form method="post" action="/sign-out">${hiddenToken(view)}<button class="quiet">${view.words.signOut}</button></form>`
    : null;

/** Browsers without scripts reload the page; browsers with scripts receive events. */
const refresh = ({ refreshSeconds }: Page): Html | null =>
  refreshSeconds === undefined
    ? null
    : html`<noscript><meta http-equiv="refresh" content="${refreshSeconds}"></noscript>`;

/** Staff see why the hospital takes no payments now. */
const stopBanner = ({ words, stopped, known }: View): Html | null =>
  stopped === null || !known
    ? null
    : html`<p class="stopped" role="status"><b>${words.stopped}</b> ${stopped}</p>
`;

function head(view: View, page: Page): Html {
  return html`<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${page.title} · ${view.words.brand}</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="${STYLE.path}" nonce="${view.nonce}">
<script type="module" src="${SCRIPT.path}" nonce="${view.nonce}"></script>
${refresh(page)}
</head>`;
}

export function layout(view: View, page: Page): Html {
  const { words } = view;
  return html`<!doctype html>
<html lang="${view.language}">
${head(view, page)}
<body>
<a class="skip" href="#content">${words.skip}</a>
<header class="top">
<a class="brand" href="/">${MARK}<span><b>${words.brand}</b><small>${words.product}</small></span></a>
<div class="tools">${languages(view)}${signOut(view)}</div>
</header>
${stopBanner(view)}<main id="content" class="${page.narrow ? 'narrow' : 'wide'}">
${page.content}
</main>
<footer class="foot"><p>${words.servedBy(view.instance)}</p></footer>
</body>
</html>
`;
}
