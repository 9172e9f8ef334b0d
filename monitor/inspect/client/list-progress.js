/**
 * Sends a list of payments in small requests and shows the progress. The results are those of the
 * server's pages. Without this script the form sends the whole list in one request.
 */

/** Payments per request. */
const AT_ONCE = 10;
/** Maximum wait for an answer, in ms. */
const ANSWER_MS = 120_000;

/**
 * @param {HTMLFormElement} form
 * @param {readonly FormDataEntryValue[]} ids
 * @returns {Promise<Document | null>} null: no answer.
 */
async function send(form, ids) {
  const fields = [...new FormData(form)].filter(([name]) => name !== 'ids');
  const pairs = [...fields, ...ids.map((id) => ['ids', id])];
  const response = await fetch(form.action, {
    method: 'POST',
    headers: { Accept: 'text/html' },
    body: new URLSearchParams(pairs.map(([name, value]) => [String(name), String(value)])),
    signal: AbortSignal.timeout(ANSWER_MS),
  }).catch(() => null);
  const text = await response?.text().catch(() => null);
  return text ? new DOMParser().parseFromString(text, 'text/html') : null;
}

/** @param {HTMLFormElement} form @param {number} done @param {number} all */
function showProgress(form, done, all) {
  const bar = form.querySelector('progress');
  const words = form.querySelector('#progress [role=status]');
  form.querySelector('#progress')?.removeAttribute('hidden');
  if (bar) bar.value = done;
  if (words) words.textContent = `${done} of ${all}`;
}

/**
 * `12 payments: 11 requested, 1 already final.`
 * @param {readonly HTMLElement[]} items
 */
function summarize(items) {
  /** @type {Map<string, number>} */
  const counts = new Map();
  for (const { dataset } of items)
    counts.set(dataset.result ?? '', (counts.get(dataset.result ?? '') ?? 0) + 1);
  const parts = [...counts].map(([word, number]) => `${number} ${word}`);
  return `${items.length} ${items.length === 1 ? 'payment' : 'payments'}: ${parts.join(', ')}.`;
}

/**
 * Replaces the content of this page by that of an answer.
 * @param {Document} page
 */
function adopt(page) {
  const [here, there] = [document.querySelector('main'), page.querySelector('main')];
  if (here && there) here.replaceChildren(...there.childNodes);
  document.querySelector('main')?.focus();
}

/**
 * @param {Document} page the last answer with results
 * @param {readonly HTMLElement[]} items the results of all answers
 * @param {string} rest why payments were not sent; empty: all were.
 */
function showResults(page, items, rest) {
  adopt(page);
  document.querySelector('#results')?.replaceChildren(...items);
  const summary = document.querySelector('#summary');
  if (summary) summary.textContent = summarize(items) + rest;
  const isBad = rest !== '' || items.some(({ dataset }) => 'bad' in dataset);
  const banner = document.querySelector('.banner');
  banner?.classList.toggle('bad', isBad);
  banner?.classList.toggle('good', !isBad);
}

/** @param {Document | null} page */
const getProblem = (page) =>
  page?.querySelector('.problem')?.textContent ??
  'the monitor did not answer, or the session ended.';

/**
 * Shows a problem of the first request: the page of the server, or a line in the form.
 * @param {HTMLFormElement} form
 * @param {Document | null} page
 */
function showProblem(form, page) {
  if (page?.querySelector('main')) {
    adopt(page);
    return;
  }
  const problem = document.createElement('p');
  problem.className = 'problem';
  problem.setAttribute('role', 'alert');
  problem.textContent =
    'The monitor did not answer, or the session ended. The audit shows each requested payment.';
  form.prepend(problem);
  form.querySelector('button')?.removeAttribute('disabled');
}

/** @param {HTMLFormElement} form */
async function sendAll(form) {
  const ids = new FormData(form).getAll('ids');
  /** @type {HTMLElement[]} */
  const items = [];
  /** @type {Document | null} */
  let last = null;
  for (let start = 0; start < ids.length; start += AT_ONCE) {
    showProgress(form, start, ids.length);
    const page = await send(form, ids.slice(start, start + AT_ONCE));
    /** @type {HTMLElement[]} */
    const found = [...(page?.querySelectorAll('#results > li') ?? [])].filter(
      (each) => each instanceof HTMLElement,
    );
    if (!page || found.length === 0) {
      if (!last) showProblem(form, page);
      else showResults(last, items, ` ${ids.length - start} not reached: ${getProblem(page)}`);
      return;
    }
    items.push(...found);
    last = page;
  }
  if (last) showResults(last, items, '');
}

/** @type {HTMLFormElement | null} */
const list = document.querySelector('form[data-list]');
list?.addEventListener('submit', (event) => {
  event.preventDefault();
  list.querySelector('button')?.setAttribute('disabled', '');
  void sendAll(list);
});
