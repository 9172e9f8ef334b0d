/**
 * What the staff's pages do more where there are scripts: a form that is sent once, printing, and a payment's progress as it happens.
 * Every page works without. Times come from the server, in the hospital's zone: a receipt and a bill name the same day on every machine.
 */

/** The key in the form makes a second one harmless; this makes it rare. */
function sendOnce(form) {
  let sent = false;
  form.addEventListener('submit', (event) => {
    if (sent) event.preventDefault();
    sent = true;
    form.querySelector('button').setAttribute('aria-disabled', 'true');
  });
  // Back from the next page, out of the browser's memory: it may be sent again.
  addEventListener('pageshow', () => {
    sent = false;
    form.querySelector('button').removeAttribute('aria-disabled');
  });
}

const AGAIN_MS = 2_000;

/** Streams end and instances go: the browser comes back to whoever answers; where it gives up, the page is asked for again. */
function follow(progress) {
  const events = new EventSource(progress.dataset.events);
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

document.querySelectorAll('form[data-once]').forEach(sendOnce);
document.querySelectorAll('[data-events]').forEach(follow);
for (const button of document.querySelectorAll('[data-print]')) {
  button.hidden = false;
  button.addEventListener('click', () => print());
}
