/** The first page: what this is, and how to try it. No script, nothing from elsewhere. */
import { html, trusted } from '../../shared/web/html.js';
import type { PatientsConfig } from '../config.js';

const STYLE = `
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
body { max-width: 44rem; margin: 3rem auto; padding: 0 1rem; }
pre { padding: 1rem; border: 1px solid #8886; border-radius: .5rem; overflow-x: auto; }
`;

/** @param self the address the reader used. */
export function landingPage({ id, monitorUrl }: Pick<PatientsConfig, 'id' | 'monitorUrl'>, self: string): string {
  return html`<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>Relevo: patients</title><style>${trusted(STYLE)}</style></head>
<body>
<h1>Relevo: patients</h1>
<p>This is <b>${id}</b>, the public API of a hospital's payments. A payment that is accepted here is taken exactly once, whatever fails behind it.</p>
<ul>
<li><a href="/openapi.json">The API as an OpenAPI document</a></li>
<li><a href="${monitorUrl}">The monitor: who leads, and why</a></li>
<li><a href="/whoami">Which instance answers you</a></li>
</ul>
<p>Fire 230 payments (the api token is printed by <code>npm start</code>), then kill the leader and fire again:</p>
<pre>curl -X POST ${self}/api/batches \\
  -H "Authorization: Bearer $API_TOKEN" \\
  -H "Content-Type: application/json" \\
  -d '{"count": 230}'</pre>
</body>
</html>
`.toString();
}
