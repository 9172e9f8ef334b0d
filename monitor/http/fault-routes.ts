/** Routes of the fault switches of a monitor, for experiments. They exist only with FAULTS=on. */
import { afterResponse, serviceFaults, type FaultSwitches } from '../../shared/fault-switches.js';
import { route, type Route } from '../../shared/http/routes.js';
import { NO_FAULTS } from './examples.js';

export function faultRoutes(switches: FaultSwitches): Route[] {
  return [
    route({
      id: 'faults',
      method: 'get',
      path: '/faults',
      tag: 'faults',
      auth: ['internal'],
      summary: 'Get the fault switches',
      description: 'Exists only with FAULTS=on.',
      responses: {
        200: {
          description: 'The switches as they were last set.',
          schema: serviceFaults,
          example: NO_FAULTS,
        },
      },
      handle: () => ({ status: 200, body: switches.get() }),
    }),
    route({
      id: 'setFaults',
      method: 'post',
      path: '/faults',
      tag: 'faults',
      auth: ['internal'],
      body: serviceFaults,
      bodyExample: { wallAheadMs: 60_000 },
      summary: 'Set the fault switches; omitted faults are healed',
      description:
        'Exists only with FAULTS=on. A fault can block the event loop after the response, or make the clocks jump.',
      responses: {
        200: {
          description: 'The switches as they are now.',
          schema: serviceFaults,
          example: NO_FAULTS,
        },
      },
      handle: ({ body, response }) => ({
        status: 200,
        body: switches.set(body, afterResponse(response)),
      }),
    }),
  ];
}
