/** The first page: the tasks of the staff, the check of a pass, and links to everything else. */
import { html, type Html } from '../../../shared/web/html.js';
import type { Page, View } from '../view.js';

export interface LandingFacts {
  monitorUrl: string;
  /** The public address of the pages. */
  self: string;
}

const documents: readonly (readonly [path: string, name: 'docs' | 'openapi' | 'whoami'])[] = [
  ['/docs', 'docs'],
  ['/openapi.json', 'openapi'],
  ['/whoami', 'whoami'],
];

const command = (self: string): string =>
  `curl -X POST ${self}/api/batches \\\n  -H "Authorization: Bearer $(npx relevo tokens api)" \\\n  -H "Content-Type: application/json" \\\n  -d '{"count": 230}'`;

function developers({ words }: View, { monitorUrl, self }: LandingFacts): Html {
  const { links } = words.home;
  return html`<section class="card" aria-labelledby="developers">
<h2 id="developers">${words.home.developers}</h2>
<ul class="links">
${documents.map(([path, name]) => html`<li><a href="${path}">${links[name]}</a></li>`)}
<li><a href="${monitorUrl}">${links.monitor}</a></li>
</ul>
<p>${words.home.patients}</p>
<pre tabindex="0">npm run seed -- --show 3</pre>
<p>${words.home.fire}</p>
<pre tabindex="0">${command(self)}</pre>
</section>`;
}

export function landingPage(view: View, facts: LandingFacts): Page {
  const { home } = view.words;
  const content = html`<section class="hero">
<h1>${home.title}</h1>
<p class="lead">${home.lead}</p>
<p class="soft">${home.promise}</p>
</section>
<div class="pair">
<section class="card action" aria-labelledby="bill">
<h2 id="bill">${home.bill}</h2>
<p>${home.billText}</p>
<p><a class="button" href="/bill">${home.bill}</a></p>
</section>
<section class="card" aria-labelledby="pass">
<h2 id="pass">${home.pass}</h2>
<p>${home.passText}</p>
<form method="get" action="/passes">
<label for="number">${home.passNumber}</label>
<div class="inline"><input id="number" name="id" required maxlength="64" autocomplete="off" spellcheck="false"><button class="second">${home.check}</button></div>
</form>
</section>
</div>
${developers(view, facts)}`;
  return { title: home.title, content };
}
