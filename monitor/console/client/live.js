/**
 * Reads the live stream, passes on its events and detects whether it is alive. Reports a lost
 * connection at once and a silent one after some seconds, because the monitor sends a message every
 * second.
 */
const SILENCE_MS = 4_000;
const RETRY_MS = 3_000;
const EVENTS = [
  'status',
  'sample',
  'election:won',
  'replica:suspected',
  'replica:recovered',
  'replica:left',
  'leadership:lost',
  'failover:completed',
  'clock:jumped',
];

/**
 * @param handlers by name of the event; `opened` when the stream begins, also after a reconnect.
 * @param onLink receives `true` while the stream is alive, otherwise `false`, and the time of the
 *   last message (epoch ms).
 */
export function follow(handlers, onLink) {
  let heardAt = Date.now();
  let isAlive = null;

  const link = (alive) => {
    if (alive === isAlive) return;
    isAlive = alive;
    onLink(alive, heardAt);
  };

  function open() {
    const source = new EventSource('/events');
    source.onopen = () => handlers.opened();
    source.onerror = () => {
      link(false);
      // A browser does not reconnect when the answer was no stream, so this code does.
      if (source.readyState === EventSource.CLOSED) setTimeout(open, RETRY_MS);
    };
    for (const name of EVENTS) {
      source.addEventListener(name, (event) => {
        heardAt = Date.now();
        handlers[name]?.(JSON.parse(event.data));
        link(true);
      });
    }
  }

  setInterval(() => {
    if (Date.now() - heardAt > SILENCE_MS) link(false);
  }, 1_000);
  open();
}
