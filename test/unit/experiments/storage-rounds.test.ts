/** A fault of the storage lasts until a payment is accepted that was sent after its injection. */
import { healWhenAccepted } from '../../../experiments/storage/rounds.js';
import { wallMs } from '../../../experiments/traffic/client.js';
import { eventually } from '../../support/eventually.js';

test('a payment of the time of the injection does not end a fault, and a later one does', async () => {
  const openMs = wallMs();
  let checks = 0;
  const during = {
    get sentMs() {
      checks += 1;
      return openMs - 5;
    },
    paymentId: 'during the injection',
  };
  const requests: { sentMs: number; paymentId: string | null }[] = [
    during,
    { sentMs: openMs + 1, paymentId: null },
  ];
  let heals = 0;
  const heal = (): Promise<void> => {
    heals += 1;
    return Promise.resolve();
  };
  const healed = healWhenAccepted(
    { holdMs: 0 },
    { target: 'postgres_1', heal },
    { openMs, requests, name: 'node-killed', signal: new AbortController().signal },
  );
  await eventually(() => checks >= 2, { what: 'two checks' });
  expect(heals).toBe(0);
  requests.push({ sentMs: openMs + 2, paymentId: 'after the injection' });
  expect(await healed).toBeGreaterThanOrEqual(openMs);
  expect(heals).toBe(1);
});
