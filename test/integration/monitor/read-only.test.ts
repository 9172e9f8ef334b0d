/** A monitor with a read-only database cannot vote, so it is not ready. */
import { setReadOnly } from '../../support/database.js';
import { eventually } from '../../support/eventually.js';
import { call, Hospital } from './support.js';

test('a read-only database: the monitor is not ready until the database accepts writes again', async () => {
  const hospital = await Hospital.open(1);
  try {
    await hospital.replica('server_1').start();
    const [place] = await hospital.plan(1);
    const monitor = await hospital.startMonitor(place as { id: string; port: number });
    const isReady = async (): Promise<boolean> =>
      (await call(monitor, 'GET', '/readyz')).status === 200;
    await eventually(isReady, { what: 'the monitor to be ready' });
    await setReadOnly(hospital.database.url, true);
    await eventually(
      async () => {
        const { status, body } = await call(monitor, 'GET', '/readyz');
        return status === 503 && (body['checks'] as { postgres: boolean }).postgres === false;
      },
      { what: 'the monitor not to be ready' },
    );
    await setReadOnly(hospital.database.url, false);
    await eventually(isReady, { what: 'the monitor to be ready again' });
  } finally {
    await hospital.close();
  }
});
