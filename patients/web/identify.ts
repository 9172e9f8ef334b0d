/**
 * Identifies the patient of a session by four facts. A few wrong attempts lock the patient for a
 * while.
 */
import { FACTS, incompleteFacts, type PatientFacts } from '../core/identification.js';
import type { PatientsDeps } from '../connect.js';
import { getField, type PageHandler } from './guards.js';
import { EMPTY_FORM, identifyPage } from './pages/identify.js';
import { seeOther, sendPage, type Answering } from './send-page.js';
import { renewSession } from './session.js';
import { getAddress, idleMs, sendLocked } from './sign-in.js';

type Deps = Pick<PatientsDeps, 'config' | 'limits' | 'clock' | 'identify'>;

export const showIdentify: PageHandler = (answering) =>
  sendPage(answering, 200, (view) => identifyPage(view, EMPTY_FORM));

/** PostgreSQL stores no NUL, and no person types the other control characters. */
const CONTROL = /\p{Cc}/gu;

const readFacts = (answering: Answering): PatientFacts =>
  Object.fromEntries(
    FACTS.map((fact) => [fact, getField(answering, fact).normalize('NFC').replace(CONTROL, ' ')]),
  ) as unknown as PatientFacts;

async function compare(deps: Deps, answering: Answering, typed: PatientFacts): Promise<void> {
  const { limits, config, identify } = deps;
  const address = getAddress(answering);
  const allowance = await limits.attempt(typed.document, address);
  if ('lockedMs' in allowance) {
    sendLocked(deps, answering, allowance.lockedMs);
    return;
  }
  const patientId = await identify(typed).catch(async (error: unknown) => {
    await limits.undo(typed.document, address);
    throw error;
  });
  if (patientId !== null) {
    await limits.forgive(typed.document, address);
    await renewSession(
      answering.request,
      { staff: answering.request.session.staff ?? false, patientId },
      idleMs(config),
    );
    seeOther(answering.response, '/bill');
    return;
  }
  const after = await limits.wrong(typed.document, address, allowance.left);
  if ('lockedMs' in after) sendLocked(deps, answering, after.lockedMs);
  else
    sendPage(answering, 422, (view) =>
      identifyPage(view, {
        typed: { ...typed, authorizationCode: '' },
        missing: [],
        left: after.left,
      }),
    );
}

export function identifyPatient(deps: Deps): PageHandler {
  return async (answering) => {
    const typed = readFacts(answering);
    const missing = incompleteFacts(typed);
    if (missing.length === 0) await compare(deps, answering, typed);
    else sendPage(answering, 422, (view) => identifyPage(view, { typed, missing, left: null }));
  };
}
