/**
 * `relevo trigger` against a real system with the stand-alone gateway: one payment of each outcome,
 * a gateway that decides otherwise, a slow one, and a service that is stopped.
 */
import type { Payment, PaymentDetail } from '../../../shared/contracts/payment.js';
import type { Charge } from '../../../shared/contracts/gateway.js';
import { eventually } from '../../support/eventually.js';
import { ran, ranHere } from '../../support/relevo.js';
import {
  env,
  json,
  PATIENCE_MS,
  PATIENT,
  setGatewayFaults,
  slowGateway,
  system,
  waiting,
} from './commands-stage.js';

interface Triggered {
  patientId: string;
  outcomes: { outcome: string; asIntended: boolean | null; payment: Payment }[];
  console: string;
}

const readDetail = async (id: string): Promise<PaymentDetail> => {
  const { tokens, patients } = system;
  const headers = { authorization: `Bearer ${tokens.api}` };
  const answered = await fetch(`${patients[0]?.url}/api/payments/${id}`, { headers });
  return (await answered.json()) as PaymentDetail;
};

const readLedger = async (): Promise<Charge[]> => {
  const headers = { authorization: `Bearer ${system.tokens.internal}` };
  const answered = await fetch(`${system.gateway?.url}/ledger`, { headers });
  return ((await answered.json()) as { charges: Charge[] }).charges;
};

afterEach(() => setGatewayFaults({}));

describe('trigger', () => {
  it(
    'makes one payment of each outcome, as the API and the ledger of the gateway confirm',
    async () => {
      const { code, out } = await ranHere(['trigger', '--json'], env);
      expect(code).toBe(0);
      const { patientId, outcomes, console } = json<Triggered>(out);
      expect([patientId, console]).toEqual([
        PATIENT,
        `${system.monitors[0]?.url}/payments?patientId=${PATIENT}`,
      ]);
      const ends = await Promise.all(
        outcomes.map(async ({ outcome, payment: { id } }) => {
          const { status, state, reason, exit_granted: isGranted } = await readDetail(id);
          return [outcome, status, state, reason, isGranted];
        }),
      );
      expect(ends).toEqual([
        ['succeeded', 'SUCCEEDED', 'captured', null, false],
        ['declined', 'DECLINED', null, 'INSUFFICIENT_FUNDS', false],
        ['refunded', 'SUCCEEDED', 'refunded', null, false],
        ['partly-refunded', 'SUCCEEDED', 'partially-refunded', null, false],
        ['authorized', 'SUCCEEDED', 'authorized', null, false],
        ['captured', 'SUCCEEDED', 'captured', null, false],
        ['voided', 'SUCCEEDED', 'voided', null, false],
      ]);
      const moved = (await readLedger()).filter(({ currency }) => currency === 'XTS');
      expect(moved.map(({ kind }) => kind).sort()).toEqual([
        ...['authorize', 'authorize', 'authorize', 'capture'],
        ...['charge', 'charge', 'charge', 'charge', 'refund', 'refund', 'void'],
      ]);
    },
    PATIENCE_MS,
  );

  it(
    'makes only the named outcome, for the named patient',
    async () => {
      const words = ['trigger', 'declined', '--patient', PATIENT];
      const { code, out, err } = await ran(words, env);
      expect([code, err]).toEqual([0, '']);
      expect(out).toContain(`Making 1 test payment in XTS for patient ${PATIENT}.`);
      expect(out).toMatch(/^declined +\S{36} +declined, INSUFFICIENT_FUNDS$/m);
      expect(out).toContain('1 of 1 as intended.');
      expect((await ranHere(['trigger', 'exploded'], env)).code).toBe(4);
    },
    PATIENCE_MS,
  );

  it(
    'ends with 1 when the gateway decides otherwise',
    async () => {
      await setGatewayFaults({ declineAll: true });
      const { code, out } = await ranHere(['trigger'], env);
      expect(code).toBe(1);
      expect(out).toMatch(/^declined +\S{36} +declined/m);
      expect(out.replace(/\s+/g, ' ')).toContain(
        '6 of 7 not as intended. Only the simulated gateways decide by the test amounts.',
      );
    },
    PATIENCE_MS,
  );

  it(
    'ends with 2 while a payment is pending',
    async () => {
      await slowGateway(4_000);
      const { code, out } = await ranHere(['trigger', 'refunded', '--wait', '0'], env);
      await slowGateway(0);
      expect([code, out]).toEqual([2, expect.stringMatching(/1 of 1 pending/)]);
      await eventually(async () => (await waiting()) === 0, { what: 'it is decided' });
    },
    PATIENCE_MS,
  );

  it(
    'needs the operator token for operations; the payments that were made are shown',
    async () => {
      const there = {
        ...env,
        RELEVO_URL: system.patients[0]?.url ?? '',
        RELEVO_MONITOR_URL: system.monitors[0]?.url ?? '',
        API_TOKEN: system.tokens.api,
      };
      const missing = await ranHere(['trigger'], there);
      expect([missing.code, missing.out]).toEqual([1, '']);
      expect(missing.err).toContain('This needs the operator token');
      expect((await ranHere(['trigger', 'succeeded'], there)).code).toBe(0);
      const wrong = await ranHere(['trigger'], { ...there, RELEVO_TOKEN: system.tokens.api });
      expect([wrong.code, wrong.err]).toEqual([1, expect.stringContaining('FORBIDDEN')]);
      expect(wrong.out).toContain('3 of 3 as intended.');
    },
    PATIENCE_MS,
  );

  it(
    'ends with 5 when no instance answers',
    async () => {
      const [patients] = system.patients;
      await patients?.stop();
      try {
        expect((await ranHere(['trigger'], env)).code).toBe(5);
      } finally {
        await patients?.start();
      }
    },
    PATIENCE_MS,
  );
});
