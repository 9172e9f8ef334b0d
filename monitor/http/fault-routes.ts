/** What the lab may break in a monitor. There with FAULTS=on only. */
import { afterResponse, serviceFaults, type FaultSwitches } from '../../shared/fault-switches.js';
import { route, type Route } from '../../shared/routes.js';
import { NO_FAULTS } from './examples.js';

export function faultRoutes(switches: FaultSwitches): Route[] {
  return [
    route({
      id: 'faults', method: 'get', path: '/faults', tag: 'faults', auth: ['internal'],
      summary: 'What is broken on purpose',
      description: 'There with FAULTS=on only.',
      responses: { 200: { description: 'The switches as they were set last.', schema: serviceFaults, example: NO_FAULTS } },
      handle: () => ({ status: 200, body: switches.get() }),
    }),
    route({
      id: 'setFaults', method: 'post', path: '/faults', tag: 'faults', auth: ['internal'], body: serviceFaults,
      bodyExample: { wallAheadMs: 60_000 },
      summary: 'Break something on purpose; what is left out is healed',
      description: 'There with FAULTS=on only. The event loop can be made to stand still after the answer, and the clocks to jump.',
      responses: { 200: { description: 'The switches as they are now.', schema: serviceFaults, example: NO_FAULTS } },
      handle: ({ body, response }) => ({ status: 200, body: switches.set(body, afterResponse(response)) }),
    }),
  ];
}
