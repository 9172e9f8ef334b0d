/** Writes every moment of the page in the reader's zone; UTC stays in the title. Without this script the page is in UTC. */
const form = new Intl.DateTimeFormat([], { dateStyle: 'medium', timeStyle: 'medium', hourCycle: 'h23' });

export function writeLocalTimes(place) {
  for (const time of place.querySelectorAll('time[datetime]')) {
    const at = new Date(time.dateTime);
    if (!Number.isNaN(at.getTime())) time.textContent = form.format(at);
  }
}

writeLocalTimes(document);
