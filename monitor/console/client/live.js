/**
 * The live stream: hands on what comes, and knows whether it is alive. A lost connection is told at once, a silent one after some seconds:
 * the monitor says something every second.
 */
const SILENCE_MS = 4_000;
const RETRY_MS = 3_000;
const EVENTS = [
  'status', 'sample', 'election:won', 'replica:suspected', 'replica:recovered', 'replica:left', 'leadership:lost', 'failover:completed', 'clock:jumped',
];

/**
 * @param handlers by name of the event; `opened` when the stream begins, anew too.
 * @param onLink told `true` while it lives, `false` when not, with the moment of the last word (epoch ms).
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
      // A browser gives up for good when the answer was no stream; it is asked again.
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
