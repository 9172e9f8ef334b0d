/**
 * Faults of the payment gateway while its process runs. Each is a switch of the stand-alone gateway
 * (`POST /faults`). The heal switches all of them off; a gateway that ended meanwhile is started
 * again, without faults.
 */
import type { GatewayFaults } from '../../gateway/faults.js';
import type { Random } from '../../shared/random.js';
import type { Cluster } from '../system/cluster.js';
import type { FaultDefinition } from './fault.js';
import { startAgain, processNames, getRunning } from './processes.js';
import { switchFaults } from './switches.js';

/** More than the number of charges during any fault. */
const EVERY_ONE = 1_000_000_000;
/**
 * Delay added to each charge, ms: from a wait that users feel to more than the GATEWAY_TIMEOUT_MS
 * of the lab.
 */
const SLOWEST_MS = 1_500;
const LEAST_SLOW_MS = 200;
/**
 * Longer than STALL_MS of the monitors: no replica finishes a payment while it waits for this
 * gateway, so a hand-over does not help.
 */
const STALLING_MS = 8_000;

function gatewayFault(
  kind: string,
  purpose: string,
  switches: (random: Random) => Partial<GatewayFaults>,
): FaultDefinition {
  return {
    kind,
    purpose,
    targets: (cluster) => processNames(cluster, 'gateway'),
    inject: async (cluster: Cluster, { target, random }) => {
      const gateway = getRunning(cluster, target);
      const { tokens } = cluster.system;
      await switchFaults(gateway, tokens, switches(random));
      return async () => {
        await switchFaults(gateway, tokens, {}).catch((error: unknown) => {
          if (gateway.up) throw error;
        });
        await startAgain(gateway);
      };
    },
  };
}

export const GATEWAY_FAULTS: readonly FaultDefinition[] = [
  gatewayFault('gateway-down', 'The gateway answers 503 to everything.', () => ({ down: true })),
  gatewayFault(
    'gateway-slow',
    'The gateway is slow, at times slower than the time-out of a replica.',
    (random) => ({
      slowMs: LEAST_SLOW_MS + random.below(SLOWEST_MS - LEAST_SLOW_MS),
    }),
  ),
  gatewayFault(
    'gateway-stalling',
    'The gateway is slower than the time a monitor waits for progress, for every replica alike.',
    () => ({
      slowMs: STALLING_MS,
    }),
  ),
  gatewayFault(
    'gateway-refusing',
    'The gateway refuses charges (503) but still answers queries about earlier charges.',
    () => ({
      refuseCharges: EVERY_ONE,
    }),
  ),
  gatewayFault('gateway-declining', 'The card issuer declines every charge.', () => ({
    declineAll: true,
  })),
  gatewayFault(
    'gateway-losing-answers',
    'The gateway charges, and its answer is lost: the outcome is unknown until a query by key.',
    () => ({
      loseAnswers: EVERY_ONE,
    }),
  ),
  gatewayFault(
    'gateway-dripping',
    'The gateway charges and sends its answer one byte at a time: an idle time-out never fires.',
    () => ({
      dripAnswers: true,
    }),
  ),
];
