/**
 * A new leader whose queue worker delivers nothing yet: the leader itself begins the parcels that
 * wait, also beyond the oldest ones.
 */
import { afterEach, expect, jest, test } from '@jest/globals';
import { ParcelWorker } from '../../../payments/parcel-worker.js';
import { allFinal, enqueue, record, replica } from './replica-stage.js';

/** More than a leader begins before its worker runs. */
const PARCELS = 12;

afterEach(() => {
  jest.restoreAllMocks();
});

test('begins twelve parcels, each under its own name, without a delivery', async () => {
  jest.spyOn(ParcelWorker.prototype, 'run').mockImplementation(() => undefined);
  const leader = await replica('server_1', { RELAY_GRACE_MS: '60000' });
  await enqueue(await record.accept(PARCELS), 1);
  await leader.lead(record);
  await allFinal();
  const { rows } = await record.pool.query<{ parcel: string | null }>(
    'SELECT DISTINCT parcel FROM payment',
  );
  // The relay, which delivers when the queue does not, names no parcel.
  expect(rows.filter(({ parcel }) => parcel !== null)).toHaveLength(PARCELS);
});
