/**
 * The table of all peers, as small as the work allows: six columns, a primary key, no other index.
 * The peers do without the additional columns and indexes of Relevo's own table. A repeated row is
 * ignored, because every queue may deliver a job twice.
 */
import pg from 'pg';
import type { PeerOrder, PeerPlace } from '../peer.js';

const TABLE = `
CREATE TABLE payment (
  id           uuid PRIMARY KEY,
  patient_id   uuid NOT NULL,
  amount_minor bigint NOT NULL,
  currency     char(3) NOT NULL,
  status       text NOT NULL,
  completed_at timestamptz(3) NOT NULL DEFAULT now()
)`;

/** One statement per group, prepared once per connection. */
const INSERT = {
  name: 'insert-payments',
  text: `
INSERT INTO payment (id, patient_id, amount_minor, currency, status)
SELECT id, patient_id, amount_minor, currency, 'SUCCEEDED'
  FROM unnest($1::uuid[], $2::uuid[], $3::bigint[], $4::text[]) AS o (id, patient_id, amount_minor, currency)
ON CONFLICT (id) DO NOTHING`,
};

/** Parameters of a statement about many orders: one array per column. */
export const toColumns = (orders: readonly PeerOrder[]): unknown[] => [
  orders.map(({ id }) => id),
  orders.map(({ patientId }) => patientId),
  orders.map(({ amountMinor }) => amountMinor),
  orders.map(({ currency }) => currency),
];

/** @returns the number of new rows; durable by then. */
export async function insertPayments(pool: pg.Pool, orders: readonly PeerOrder[]): Promise<number> {
  const { rowCount } = await pool.query({ ...INSERT, values: toColumns(orders) });
  return rowCount ?? 0;
}

/**
 * Opens a connected pool, so that the first statement of a measurement does not wait for a
 * connection. @param max largest number of connections.
 */
export async function openPeerPool({ databaseUrl }: PeerPlace, max: number): Promise<pg.Pool> {
  const pool = new pg.Pool({ connectionString: databaseUrl, max });
  // Without a listener a lost connection would end the process, whether the connection is idle or
  // in use.
  const report = (error: Error): void => console.error(error.message);
  pool.on('error', report);
  pool.on('connect', (client) => client.on('error', report));
  await pool.query('SELECT 1');
  return pool;
}

/** Runs `work` with a connection of its own. */
export async function onConnection<T>(
  { databaseUrl }: PeerPlace,
  work: (client: pg.Client) => Promise<T>,
): Promise<T> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

export async function createPaymentTable(place: PeerPlace): Promise<void> {
  await onConnection(place, (client) => client.query(TABLE));
}

export const countPayments = (place: PeerPlace): Promise<number> =>
  onConnection(place, async (client) => {
    const { rows } = await client.query<{ payments: number }>(
      'SELECT count(*)::int AS payments FROM payment',
    );
    return rows[0]?.payments ?? 0;
  });
