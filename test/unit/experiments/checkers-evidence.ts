/** The evidence of a run without a violation. */
import type { RunEvidence, PaymentRow } from '../../../experiments/record/history.js';
import {
  electionRow as election,
  paymentRow as row,
  requestRecord as request,
} from '../../support/evidence.js';

export const second = (rest: Partial<PaymentRow> = {}): PaymentRow =>
  row({ id: 'p2', key: 'k2', seq: 2, completedMs: 6, ...rest });

/** Of another patient. */
export const declined = (rest: Partial<PaymentRow> = {}): PaymentRow =>
  row({ id: 'p3', key: 'k3', seq: 3, patientId: 'b', status: 'DECLINED', completedMs: 7, ...rest });

export const pending = row({
  id: 'p4',
  key: 'k4',
  seq: 4,
  status: 'PENDING',
  term: null,
  processedBy: null,
  completedMs: null,
});

export const clean = (): RunEvidence => ({
  requests: [
    request({}),
    request({ key: 'k2', paymentId: 'p2' }),
    request({ key: 'k3', paymentId: 'p3', status: 'DECLINED' }),
  ],
  payments: [row({}), second(), declined()],
  charges: [
    { key: 'p1', status: 'approved' },
    { key: 'p2', status: 'approved' },
    { key: 'p3', status: 'declined' },
  ],
  elections: [election({}), election({ term: 2, leader: 'server_2', electedMs: 100 })],
  faults: [],
});
