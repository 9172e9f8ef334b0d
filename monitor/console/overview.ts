/** The first page: who leads, what waits, the replicas and monitors, what happened. Empty frames; the script fills them. */
import { html, type Html } from '../../shared/web/html.js';

export const overview = (): Html => html`<p class="link" id="link" role="status">connecting …</p>
<noscript><p class="note">This page needs JavaScript; <a href="/status">/status</a> says the same.</p></noscript>
<div class="grid">
  <section class="leader" aria-labelledby="leader-title" aria-live="polite">
    <h2 id="leader-title">Leads</h2>
    <p class="name" id="leader">–</p>
    <dl>
      <div><dt>Term</dt><dd id="term">–</dd></div>
      <div><dt>Since</dt><dd id="since">–</dd></div>
      <div><dt>Why</dt><dd id="reason">–</dd></div>
    </dl>
    <p class="decision" id="decision"></p>
  </section>
  <section aria-labelledby="queue-title">
    <h2 id="queue-title">Payments</h2>
    <dl class="numbers">
      <div><dt>pending</dt><dd id="pending">–</dd></div>
      <div><dt>failed</dt><dd id="failed">–</dd></div>
      <div><dt>parcels waiting</dt><dd id="waiting">–</dd></div>
      <div><dt>parcels active</dt><dd id="active">–</dd></div>
    </dl>
  </section>
  <section class="wide" aria-labelledby="replicas-title">
    <h2 id="replicas-title">Replicas</h2>
    <div class="scroll"><table>
      <thead><tr><th>Replica<th>Observed<th>Admin<th>Role<th class="n">Term<th class="n">Ping<th class="n">In flight<th class="n">Committed<th>Reaches</tr></thead>
      <tbody id="replicas"></tbody>
    </table></div>
  </section>
  <section aria-labelledby="monitors-title">
    <h2 id="monitors-title">Monitors</h2>
    <ul class="chips" id="monitors"></ul>
  </section>
  <section aria-labelledby="news-title">
    <h2 id="news-title">News</h2>
    <ol class="news" id="news"><li class="empty">Nothing happened since this page was opened.</li></ol>
  </section>
  <section class="wide" aria-labelledby="elections-title">
    <h2 id="elections-title">Last elections</h2>
    <div class="scroll"><table>
      <thead><tr><th class="n">Term<th>Leader<th>Before<th>Kind<th>Why<th>Elected<th class="n">Suspicion → elected<th class="n">→ promoted<th class="n">→ first commit</tr></thead>
      <tbody id="elections"></tbody>
    </table></div>
  </section>
</div>`;
