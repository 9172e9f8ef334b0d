/** The route of the patients instances behind a load balancer: set the state of one of them. */
import { z } from 'zod';
import { memberId } from '../../shared/contracts/ids.js';
import { stateRequest } from '../../shared/contracts/leadership.js';
import { route, type Route } from '../../shared/http/routes.js';
import { setInstanceState } from '../balancer/set-instance-state.js';
import { INSTANCE_SET } from './examples.js';
import type { RoutesOptions } from './options.js';
import { instanceAnswer } from './schemas.js';

const DESCRIPTION = `The load balancer gives a drained instance no new clients; its own clients stay. In \`maint\` the instance
receives nothing, and its clients continue elsewhere. The response follows the change in the balancer. The state stays
after a restart of the balancer. The last instance that receives new clients cannot be taken out of service. When the
balancer does not answer, the detail says whether the state is recorded; a recorded state is applied as soon as it
answers. With \`until\` the monitors return the instance to ready at that time; a later change of state replaces the time.`;

export const instanceRoutes = ({ instances, schedule, sessions }: RoutesOptions): Route[] => [
  route({
    id: 'setInstanceState',
    method: 'post',
    path: '/patients/{id}/state',
    tag: 'acting',
    auth: ['operator'],
    params: z.object({ id: memberId }),
    paramsExample: { id: 'patients_2' },
    body: stateRequest,
    bodyExample: { state: 'drain', reason: 'new disk' },
    summary: 'Set a patients instance to ready, drain or maint',
    description: DESCRIPTION.replaceAll('\n', ' '),
    responses: {
      200: {
        description: 'The state that the balancer applied.',
        schema: instanceAnswer,
        example: INSTANCE_SET,
      },
    },
    problems: [
      'INSTANCE_NOT_FOUND',
      'NO_BALANCER',
      'LAST_INSTANCE',
      'SCHEDULE_TIME_INVALID',
      'UNAVAILABLE',
    ],
    handle: async ({ params: { id }, body, request }) => {
      const actor = await sessions.getActor(request);
      const { state, reason, until = null } = body;
      if (until !== null) await schedule.requireTimely(until);
      const change = { id, state, reason, actor, until };
      const { observed } = await setInstanceState(instances, change);
      return { status: 200, body: { id, admin: state, reason, until, balancer: observed } };
    },
  }),
];
