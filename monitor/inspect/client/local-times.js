/**
 * Converts every time on the page to the reader's zone and keeps UTC in the title. Without this
 * script the page shows UTC.
 */
const form = new Intl.DateTimeFormat([], {
  dateStyle: 'medium',
  timeStyle: 'medium',
  hourCycle: 'h23',
});

export function writeLocalTimes(place) {
  for (const time of place.querySelectorAll('time[datetime]')) {
    const at = new Date(time.dateTime);
    if (!Number.isNaN(at.getTime())) time.textContent = form.format(at);
  }
}

writeLocalTimes(document);
