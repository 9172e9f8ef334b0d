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
/** A stream lasts one minute and begins with a message; a longer silence is a frozen instance. */
const SILENT_MS = 75_000;

/**
 * Follows a payment. After the end of a stream the browser reconnects to any instance; after it
 * gives up, the page reloads.
 * @param {HTMLElement} progress
 */
function follow(progress) {
  const events = new EventSource(progress.dataset['events'] ?? '');
  let silence = setTimeout(() => location.reload(), SILENT_MS);
  events.addEventListener('message', ({ data }) => {
    clearTimeout(silence);
    silence = setTimeout(() => location.reload(), SILENT_MS);
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

/**
 * Counts the elapsed seconds on from those of the server, so that the reader's clock has no effect.
 * The form is that of `elapsedText`.
 * @param {HTMLElement} place
 */
function countOn(place) {
  const begun = Number(place.dataset['seconds']) - performance.now() / 1_000;
  setInterval(() => {
    const seconds = Math.floor(begun + performance.now() / 1_000);
    place.textContent = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
  }, 1_000);
}

/** @type {NodeListOf<HTMLFormElement>} */
const forms = document.querySelectorAll('form[data-once]');
/** @type {NodeListOf<HTMLElement>} */
const payments = document.querySelectorAll('[data-events]');
/** @type {NodeListOf<HTMLElement>} */
const elapsed = document.querySelectorAll('[data-seconds]');
/** @type {NodeListOf<HTMLElement>} */
const printButtons = document.querySelectorAll('[data-print]');
forms.forEach(sendOnce);
payments.forEach(follow);
elapsed.forEach(countOn);
for (const button of printButtons) {
  button.hidden = false;
  button.addEventListener('click', () => print());
}
