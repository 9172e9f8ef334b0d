/**
 * Code samples of the document for calls of the typed client that do more than the plain request:
 * keys and waiting.
 */
export const PAY_SAMPLE = `// Pays and waits for the outcome; every retry uses the same key.
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
