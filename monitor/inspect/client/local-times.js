/**
 * Converts every time on the page to the reader's zone and keeps UTC in the title. Without this
 * script the page shows UTC.
 */
const form = new Intl.DateTimeFormat([], {
  dateStyle: 'medium',
  timeStyle: 'medium',
  hourCycle: 'h23',
});

/** For `data-precise`: the time of day with milliseconds. */
const precise = new Intl.DateTimeFormat([], {
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  fractionalSecondDigits: 3,
  hourCycle: 'h23',
});

/** @param {ParentNode} place */
export function writeLocalTimes(place) {
  /** @type {NodeListOf<HTMLTimeElement>} */
  const times = place.querySelectorAll('time[datetime]');
  for (const time of times) {
    const at = new Date(time.dateTime);
    if (!Number.isNaN(at.getTime()))
      time.textContent = ('precise' in time.dataset ? precise : form).format(at);
  }
}

writeLocalTimes(document);
