/**
 * Converts every time on the page to the reader's zone and keeps UTC in the title. Without this
 * script the page shows UTC.
 */
const form = new Intl.DateTimeFormat([], {
  dateStyle: 'medium',
  timeStyle: 'medium',
  hourCycle: 'h23',
});

/** @param {ParentNode} place */
export function writeLocalTimes(place) {
  /** @type {NodeListOf<HTMLTimeElement>} */
  const times = place.querySelectorAll('time[datetime]');
  for (const time of times) {
    const at = new Date(time.dateTime);
    if (!Number.isNaN(at.getTime())) time.textContent = form.format(at);
  }
}

writeLocalTimes(document);
