/**
 * What can be wrong with the payment gateway while its process runs: switches of the stand-alone gateway (`POST /faults`), one fault each.
 * Heals by switching everything off again; a gateway that ended meanwhile is started again, and then has no fault.
 */
import type { GatewayFaults } from '../../gateway/faults.js';
import type { Random } from '../../shared/random.js';
import type { Laboratory } from '../laboratory.js';
import type { Fault } from './fault.js';
import { bringBack, processNames, running } from './processes.js';
import { switchFaults } from './switches.js';

/** More than there can be while the fault lasts. */
const EVERY_ONE = 1_000_000_000;
/** Added to each charge: from what makes people wait to more than GATEWAY_TIMEOUT_MS of the lab, ms. */
const SLOWEST_MS = 1_500;
const LEAST_SLOW_MS = 200;
/** Longer than STALL_MS of the monitors: a leader that waits for this gateway finishes nothing, and neither would another replica. */
const STALLING_MS = 8_000;

function gatewayFault(kind: string, purpose: string, switches: (random: Random) => Partial<GatewayFaults>): Fault {
  return {
    kind,
    purpose,
    targets: (laboratory) => processNames(laboratory, 'gateway'),
    inject: async (laboratory: Laboratory, { target, random }) => {
      const gateway = running(laboratory, target);
      const { tokens } = laboratory.system;
      await switchFaults(gateway, tokens, switches(random));
      return async () => {
        await switchFaults(gateway, tokens, {}).catch((error: unknown) => {
          if (gateway.up) throw error;
        });
        await bringBack(gateway);
      };
    },
  };
}

export const GATEWAY_FAULTS: readonly Fault[] = [
  gatewayFault('gateway-down', 'The gateway answers 503 to everything.', () => ({ down: true })),
  gatewayFault('gateway-slow', 'The gateway takes long, at times longer than we wait for it.', (random) => ({
    slowMs: LEAST_SLOW_MS + random.below(SLOWEST_MS - LEAST_SLOW_MS),
  })),
  gatewayFault('gateway-stalling', 'The gateway takes longer than a monitor waits for progress, for every replica alike.', () => ({
    slowMs: STALLING_MS,
  })),
  gatewayFault('gateway-refusing', 'The gateway takes no charge (503) but still answers questions about those it made.', () => ({
    refuseCharges: EVERY_ONE,
  })),
  gatewayFault('gateway-declining', 'The card issuer says no to everybody.', () => ({ declineAll: true })),
  gatewayFault('gateway-losing-answers', 'The gateway charges, and the answer is lost: the outcome is unknown until it is looked up.', () => ({
    loseAnswers: EVERY_ONE,
  })),
  gatewayFault('gateway-dripping', 'The gateway charges, and its answer comes one byte at a time: a timer of silence never ends the call.', () => ({
    dripAnswers: true,
  })),
];
