/**
 * Reads the live stream, passes on its events and detects whether it is alive. Reports a lost
 * connection at once and a silent one after some seconds, because the monitor sends a message every
 * second.
 */

/** @typedef {import('../../status/stream-messages.js').StreamMessages} StreamMessages */
/** @typedef {keyof StreamMessages} MessageName */

const SILENCE_MS = 4_000;
const RETRY_MS = 3_000;
/** @type {readonly MessageName[]} */
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
 * @typedef {{ [K in MessageName]?: (data: StreamMessages[K]) => void } & { opened: () => void }}
 *   StreamHandlers by name of the message; `opened` when the stream begins, also after a reconnect.
 */

/**
 * @param {StreamHandlers} handlers
 * @param {(isAlive: boolean, heardAt: number) => void} onLink receives `true` while the stream is
 *   alive, otherwise `false`, and the time of the last message (epoch ms).
 */
export function follow(handlers, onLink) {
  let heardAt = Date.now();
  /** @type {boolean | null} */
  let isAlive = null;

  /** @param {boolean} alive */
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
