/** The gateway in the topology: its state, its share of failed calls, their duration. Pure. */
import { count, milliseconds } from './format.js';
import { toReached } from './tones.js';

/** @typedef {import('../../../shared/contracts/status.js').GatewayStatus} GatewayStatus */

/** From this share of failed calls on the gateway counts as failing, as in the alerts. */
const FAILING_SHARE = 0.05;

/**
 * Per cent without decimals; never 0 when a call failed, and 100 only when all of them failed.
 * @param {number} failed
 * @param {number} calls
 */
const toPercent = (failed, calls) =>
  failed === 0 || failed === calls
    ? (100 * failed) / calls
    : Math.min(99, Math.max(1, Math.round((100 * failed) / calls)));

/** @param {GatewayStatus} gateway */
function describeCalls({ calls, failed, p50Ms, p99Ms, error }) {
  if (calls === 0) return 'no call in the last minute';
  const share = `${toPercent(failed, calls)} % of ${count(calls)} calls a minute failed`;
  const took = `half within ${milliseconds(p50Ms)}, 99 % within ${milliseconds(p99Ms)}`;
  return [share, took, error].filter(Boolean).join(' · ');
}

/**
 * The tone and the texts of the gateway. Calls are those of the last minute.
 * @param {GatewayStatus} gateway
 */
export function gatewayWords(gateway) {
  const { reached, calls, failed } = gateway;
  const [tone, word] = toReached(reached);
  const detail = describeCalls(gateway);
  const isFailing = calls > 0 && failed / calls > FAILING_SHARE;
  return tone === 'good' && isFailing
    ? { tone: 'warn', word: 'failing', detail }
    : { tone, word, detail };
}
