/**
 * Baseline (b), the monitor. Sends PING to every payment server every 2 s, at the start, and when
 * patients reports a failed connection. Chooses the leader at random among the servers that answer.
 * The leader is stored in memory only: there is no fence against a replaced leader, and a restarted
 * monitor chooses anew.
 */
import axios from 'axios';
import { withDeadline } from '../../../shared/deadline.js';
import { requireToken } from '../../../shared/http/auth.js';
import { loadConfig } from '../../../shared/config.js';
import { seededRandom } from '../../../shared/random.js';
import { BASELINE_MONITOR_OPTIONS } from '../options.js';
import { runBaseline, tokensOf } from '../process.js';
import { elect } from './election.js';
import { Rounds } from './rounds.js';

/** As published. */
const PING_INTERVAL_MS = 2_000;
/** A later echo does not count. Shorter than the interval, so that rounds do not pile up. */
const ECHO_TIMEOUT_MS = 1_000;
/** Largest response that is read, in bytes. */
const ANSWER_MAX_BYTES = 65_536;

await runBaseline(
  () => loadConfig(BASELINE_MONITOR_OPTIONS, process.env),
  async (app, config) => {
    const client = axios.create({
      maxContentLength: ANSWER_MAX_BYTES,
      proxy: false,
      headers: { authorization: `Bearer ${config.internalToken}` },
    });
    const names = config.servers.map(({ id }) => id);
    const random = seededRandom(Date.now(), 'leader');
    let leader: string | null = null;
    let answered: ReadonlySet<string> = new Set();

    const ping = (url: string): Promise<boolean> =>
      withDeadline(ECHO_TIMEOUT_MS, null, (signal) =>
        client.post(`${url}/ping`, {}, { signal }),
      ).then(
        () => true,
        () => false,
      );
    const rounds = new Rounds(async () => {
      const echoes = await Promise.all(
        config.servers.map(async ({ id, url }) => ((await ping(url)) ? [id] : [])),
      );
      answered = new Set(echoes.flat());
      const round = elect(leader, names, answered, random.next());
      leader = round.leader;
      for (const line of round.lines) console.log(line);
    });
    const timer = setInterval(() => void rounds.run(), PING_INTERVAL_MS);
    void rounds.run();

    app.use(requireToken(tokensOf(config), ['internal', 'operator']));
    app.get('/leader', (_request, response) => {
      response.json({ leader, url: config.servers.find(({ id }) => id === leader)?.url ?? null });
    });
    app.get(
      '/status',
      (_request, response) => void response.json({ leader, alive: [...answered] }),
    );
    app.post('/failures', (_request, response) => {
      void rounds.run();
      response.status(202).end();
    });
    return () => clearInterval(timer);
  },
);
