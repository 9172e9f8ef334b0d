/**
 * The public pages of exit passes: anyone with the number may read a pass, without a session or
 * token.
 */
import { id as idSchema } from '../../shared/contracts/ids.js';
import { Problem } from '../../shared/errors.js';
import { passState, type ExitPass, type PassState } from '../core/pass.js';
import { toExitRule } from '../config.js';
import type { PatientsDeps } from '../connect.js';
import type { PageHandler } from './guards.js';
import { passPage } from './pages/pass.js';
import { passPath, publicAddress, qrSvg } from './public-address.js';
import { seeOther, sendPage, type Answering } from './send-page.js';

type Deps = Pick<PatientsDeps, 'config' | 'records' | 'clock'>;

/** Null: no payment earned this pass. @throws Problem UNAVAILABLE */
async function readPass({ config, records, clock }: Deps, id: string): Promise<ExitPass | null> {
  try {
    return await records.pass(id, toExitRule(config), clock.wall());
  } catch (error) {
    if (error instanceof Problem && error.code === 'PASS_NOT_FOUND') return null;
    throw error;
  }
}

const STATUS: Readonly<Record<PassState, number>> = {
  valid: 200,
  expired: 200,
  unsettled: 409,
  unknown: 404,
};

async function sendPass(deps: Deps, answering: Answering, typed: string): Promise<void> {
  const id = idSchema.safeParse(typed);
  const pass = id.success ? await readPass(deps, id.data) : null;
  const svg =
    pass && id.success
      ? await qrSvg(publicAddress(deps.config, answering.request) + passPath(id.data))
      : '';
  const now = deps.clock.wall();
  const state = passState(pass, deps.config.exitPass);
  sendPage(answering, STATUS[state], (view) =>
    passPage(view, { pass, state, id: id.data ?? '', svg, now }),
  );
}

export const showPass =
  (deps: Deps): PageHandler =>
  (answering) =>
    sendPass(deps, answering, String(answering.request.params['id']));

const UUID = /[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/i;

/** Handles the form of the first page: a number, or the whole address from a scanner. */
export function findPass(deps: Deps): PageHandler {
  return async (answering) => {
    const { id } = answering.request.query;
    const [found] = UUID.exec(typeof id === 'string' ? id : '') ?? [];
    if (found) seeOther(answering.response, passPath(found.toLowerCase()));
    else await sendPass(deps, answering, '');
  };
}
