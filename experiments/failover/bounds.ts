/**
 * What the monitors' own settings allow: where the promises about silence come from. A partition looks to the monitors like a freeze, a
 * stream that is open and silent. So it is promised the worst case of a freeze (`monitor/core/timings.ts`: `BEAT_TIMEOUT_MS`, a tick until
 * that is noticed, the calls of vote and push, and with several monitors the time until the last vote that is needed), and the take-over.
 */
import { loadMonitorConfig, settingsOf } from '../../monitor/config.js';
import { concertMs, worstCaseFailoverMs } from '../../monitor/core/timings.js';
import type { Settings } from '../../monitor/core/types.js';

/** For the new leader, ms: reclaim, one payment's way through a gateway of 10 to 30 ms, commit, the answer's way to the client. */
export const TAKE_OVER_MS = 130;

const NOWHERE = 'http://127.0.0.1';

/** The defaults, with which the laboratory runs. */
function defaults(monitors: number): Settings {
  const names = Array.from({ length: monitors }, (_, index) => `monitor_${index + 1}=${NOWHERE}:${5_000 + 10 * index}`);
  const token = 'token-of-nobody-only-to-read-defaults';
  return settingsOf(loadMonitorConfig({
    DATABASE_URL: 'postgresql://127.0.0.1/none', REDIS_URL: 'redis://127.0.0.1', REPLICAS: `server_1=${NOWHERE}:5001`, MONITORS: names.join(','),
    API_TOKEN: `${token}-api`, OPERATOR_TOKEN: `${token}-operator`, INTERNAL_TOKEN: `${token}-internal`,
  }));
}

/** How far apart the votes that are needed may be cast, ms; 0 for one monitor. */
export const voteSpreadMs = (monitors: number): number => concertMs(defaults(monitors));

/** Within this 99 of 100 hand-overs after silence are to be seen by the client, ms. */
export const silenceP99Ms = (monitors: number): number => worstCaseFailoverMs(defaults(monitors)).freeze + TAKE_OVER_MS;
