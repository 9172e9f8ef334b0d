/**
 * Enhances the staff's pages in browsers with scripts: a form is submitted once, pages print, and
 * the progress of a payment is live. Every page works without scripts. Times come from the server,
 * in the time zone of the hospital: a receipt and a bill show the same day on every machine.
 */

/**
 * The key in the form makes a second submission harmless; this function makes it rare.
 * @param {HTMLFormElement} form
 */
function sendOnce(form) {
  let sent = false;
  form.addEventListener('submit', (event) => {
    if (sent) event.preventDefault();
    sent = true;
    form.querySelector('button')?.setAttribute('aria-disabled', 'true');
  });
  // After a return to the page from the browser's cache, the form may be submitted again.
  addEventListener('pageshow', () => {
    sent = false;
    form.querySelector('button')?.removeAttribute('aria-disabled');
  });
}

const AGAIN_MS = 2_000;

/**
 * Follows a payment. After the end of a stream the browser reconnects to any instance; after it
 * gives up, the page reloads.
 * @param {HTMLElement} progress
 */
function follow(progress) {
  const events = new EventSource(progress.dataset['events'] ?? '');
  events.addEventListener('message', ({ data }) => {
    const { html, final } = JSON.parse(data);
    progress.innerHTML = html;
    if (!final) return;
    events.close();
    location.reload();
  });
  events.addEventListener('error', () => {
    if (events.readyState === EventSource.CLOSED) setTimeout(() => location.reload(), AGAIN_MS);
  });
}

/** @type {NodeListOf<HTMLFormElement>} */
const forms = document.querySelectorAll('form[data-once]');
/** @type {NodeListOf<HTMLElement>} */
const payments = document.querySelectorAll('[data-events]');
/** @type {NodeListOf<HTMLElement>} */
const printButtons = document.querySelectorAll('[data-print]');
forms.forEach(sendOnce);
payments.forEach(follow);
for (const button of printButtons) {
  button.hidden = false;
  button.addEventListener('click', () => print());
}
