/** The ports that browsers and fetch refuse. */
import { checkBlockedPorts } from '../../../local/blocked-ports.js';
import type { Place } from '../../../local/plan.js';

const patients: Place = { name: 'patients_1', kind: 'patients', fixedPort: 4000 };
const redis: Place = { name: 'redis', kind: 'redis', fixedPort: 4000 };

test('refuses a web server on such a port, and names an offset without one', () => {
  expect(() => checkBlockedPorts([patients], 2_000)).toThrow(
    'Browsers and fetch refuse port 6000, which patients_1 needs; start with RELEVO_PORT_OFFSET=2100 instead.',
  );
  const other: Place = { name: 'server_1', kind: 'payments', fixedPort: 7_980 };
  expect(() => checkBlockedPorts([patients, other], 2_000)).toThrow('RELEVO_PORT_OFFSET=2200');
});

test('accepts other ports, and engines that no browser calls', () => {
  expect(() => checkBlockedPorts([patients], 0)).not.toThrow();
  expect(() => checkBlockedPorts([redis], 2_000)).not.toThrow();
});

test('the list is the one of fetch on this Node.js', async () => {
  await expect(fetch('http://127.0.0.1:6000/')).rejects.toMatchObject({
    cause: { message: 'bad port' },
  });
});
