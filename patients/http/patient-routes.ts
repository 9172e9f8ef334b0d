/** The routes of patients: lists, bills and exit passes. */
import { route, type Route } from '../../shared/http/routes.js';
import { Problem } from '../../shared/errors.js';
import { minorUnitsText } from '../../shared/money.js';
import { toExitRule } from '../config.js';
import { encodeCursor } from '../core/cursor.js';
import { passState, type ExitPass } from '../core/pass.js';
import type { PatientsDeps } from '../connect.js';
import { BILL, PASS, PATIENT, PATIENT_ID, PAYMENT_ID } from './examples.js';
import { bill, idPath, pass, patientList, patientsQuery } from './schemas.js';

const listRoute = (deps: PatientsDeps): Route =>
  route({
    id: 'listPatients',
    method: 'get',
    path: '/api/patients',
    tag: 'patients',
    auth: ['api'],
    summary: 'List patients, in order of id',
    description: 'The first start adds a hundred sample patients.',
    query: patientsQuery,
    queryExample: { limit: '10' },
    responses: {
      200: {
        description: 'A page; `next` is the cursor of the next one, null at the end.',
        schema: patientList,
        example: { patients: [PATIENT], next: null },
      },
    },
    problems: ['UNAVAILABLE'],
    async handle({ query: { cursor, limit } }) {
      const rows = await deps.records.patients(cursor ?? null, limit + 1);
      const patients = rows.slice(0, limit);
      const last = patients.at(-1);
      return {
        status: 200,
        body: { patients, next: rows.length > limit && last ? encodeCursor(last.id) : null },
      };
    },
  });

const billRoute = (deps: PatientsDeps): Route =>
  route({
    id: 'getBill',
    method: 'get',
    path: '/api/patients/{id}/bill',
    tag: 'patients',
    auth: ['api'],
    summary: 'Get the consolidated bill',
    description:
      'Charges by kind, the paid amount, the amount due and the credit (paid beyond the total), in minor units: `bills` has one bill per currency. The other fields repeat the ' +
      'first bill, in the currency of the oldest charge. Nothing is due at all when every `dueMinor` of `bills` is 0.',
    params: idPath,
    paramsExample: { id: PATIENT_ID },
    responses: { 200: { description: 'The bill.', schema: bill, example: BILL } },
    problems: ['PATIENT_NOT_FOUND', 'UNAVAILABLE'],
    handle: async ({ params }) => ({
      status: 200,
      body: await deps.records.bill(params.id, deps.config.defaultCurrency),
    }),
  });

const notSettled = ({ due }: ExitPass): Problem => {
  const amounts = due.map(({ amountMinor, currency }) => minorUnitsText(amountMinor, currency));
  return new Problem('BILL_NOT_SETTLED', `No exit pass yet: ${amounts.join(' and ')} are due`);
};

const passRoute = (deps: PatientsDeps): Route =>
  route({
    id: 'getPass',
    method: 'get',
    path: '/api/passes/{id}',
    tag: 'patients',
    auth: ['api'],
    summary: 'Check an exit pass',
    description:
      "A succeeded payment earns a pass with the payment's id. `paid` is the amount of that payment; `due` is what is still due on the bill, one " +
      'entry per currency, empty when nothing is due. With `EXIT_PASS=settled` there is a pass only while nothing is due: 409 `BILL_NOT_SETTLED`.',
    params: idPath,
    paramsExample: { id: PAYMENT_ID },
    responses: {
      200: {
        description: 'The pass; `valid` is true until it expires.',
        schema: pass,
        example: PASS,
      },
    },
    problems: ['PASS_NOT_FOUND', 'BILL_NOT_SETTLED', 'UNAVAILABLE'],
    async handle({ params }) {
      const { records, config, clock } = deps;
      const pass = await records.pass(params.id, toExitRule(config), clock.wall());
      if (passState(pass, config.exitPass) === 'unsettled') throw notSettled(pass);
      return { status: 200, body: pass };
    },
  });

export const patientRoutes = (deps: PatientsDeps): Route[] => [
  listRoute(deps),
  billRoute(deps),
  passRoute(deps),
];
