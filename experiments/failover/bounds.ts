/**
 * Derives the promises about silence from the monitors' own settings. A partition looks to the
 * monitors like a freeze: a stream that is open and silent. Its promise is therefore the worst case
 * of a freeze plus the take-over. The worst case (`monitor/core/timings.ts`) is `BEAT_TIMEOUT_MS`,
 * one tick until detection, the calls of vote and push, and with several monitors the time until
 * the last necessary vote.
 */
import { loadMonitorConfig, toSettings } from '../../monitor/config.js';
import { getAgreementMs, getWorstCaseMs } from '../../monitor/core/timings.js';
import type { Settings } from '../../monitor/core/types.js';

/**
 * Duration of the take-over by the new leader, ms: reclaim, one payment through a gateway of 10 to
 * 30 ms, commit, the response to the client.
 */
export const TAKE_OVER_MS = 130;

const NOWHERE = 'http://127.0.0.1';

/** The defaults, which the cluster uses. */
function defaults(monitors: number): Settings {
  const names = Array.from(
    { length: monitors },
    (_, index) => `monitor_${index + 1}=${NOWHERE}:${5_000 + 10 * index}`,
  );
  const token = 'token-of-nobody-only-to-read-defaults';
  return toSettings(
    loadMonitorConfig({
      DATABASE_URL: 'postgresql://127.0.0.1/none',
      REDIS_URL: 'redis://127.0.0.1',
      REPLICAS: `server_1=${NOWHERE}:5001`,
      MONITORS: names.join(','),
      API_TOKEN: `${token}-api`,
      OPERATOR_TOKEN: `${token}-operator`,
      INTERNAL_TOKEN: `${token}-internal`,
    }),
  );
}

/** Longest time between the necessary votes, ms; 0 for one monitor. */
export const voteSpreadMs = (monitors: number): number => getAgreementMs(defaults(monitors));

/** The client must see 99 of 100 hand-overs after silence within this, ms. */
export const silenceP99Ms = (monitors: number): number =>
  getWorstCaseMs(defaults(monitors)).freeze + TAKE_OVER_MS;
