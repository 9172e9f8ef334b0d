/**
 * What the document shows users of the typed client where it has a call that says more than the plain request: those that see to keys
 * and to waiting.
 */
export const PAY_SAMPLE = `// One payment, waited for; the same key goes along however often it must be asked.
const payment = await relevo.payAndWait(
  { patientId: '00000000-0000-4000-8000-000000000001', amountMinor: 15000, currency: 'USD', concept: 'Consolidated bill' },
  { idempotencyKey: 'bill-2026-11-0042', deadlineMs: 30_000 },
);
console.log(payment.status, payment.exit_granted);`;

export const REDRIVE_SAMPLE = `const { data, error } = await relevo.http.POST('/api/payments/{id}/redrive', {
  params: { path: { id: '01939c0e-6b7a-7c3e-9f52-0d6a54f0a001' }, header: { Prefer: 'wait=10' } },
});`;

export const BATCH_SAMPLE = `const batch = await relevo.fireBatch({ count: 230 });
console.log(batch.availability, batch.succeeded, batch.sent);`;
