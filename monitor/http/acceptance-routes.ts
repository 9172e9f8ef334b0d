/** The route of the switch that stops and resumes the acceptance of new payments. */
import { acceptance, acceptanceRequest } from '../../shared/contracts/acceptance.js';
import { route, type Route } from '../../shared/http/routes.js';
import { toAcceptanceDocument } from '../status/status.js';
import { STOPPED } from './examples.js';
import type { RoutesOptions } from './options.js';

const DESCRIPTION = `While new payments are stopped, every instance answers them with 503 \`NOT_ACCEPTING\`, the reason and \`Retry-After\`, and
stores nothing. A repeated request whose payment or batch was accepted before gets its answer. Accepted payments are processed, and a batch that
was admitted before is accepted whole. An instance knows the change within a second.`;

export const acceptanceRoutes = ({ sessions, setAcceptance }: RoutesOptions): Route[] => [
  route({
    id: 'setAccepting',
    method: 'post',
    path: '/accepting',
    tag: 'acting',
    auth: ['operator'],
    body: acceptanceRequest,
    bodyExample: { accepting: false, reason: 'the bank is in maintenance until 15:00' },
    summary: 'Stop or resume the acceptance of new payments',
    description: DESCRIPTION.replaceAll('\n', ' '),
    responses: {
      200: { description: 'The switch as it is stored now.', schema: acceptance, example: STOPPED },
    },
    problems: ['UNAVAILABLE'],
    handle: async ({ body, request }) => {
      const actor = await sessions.getActor(request);
      return { status: 200, body: toAcceptanceDocument(await setAcceptance({ ...body, actor })) };
    },
  }),
];
