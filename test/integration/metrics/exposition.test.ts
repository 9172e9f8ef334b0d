/** What each service of a running system serves at /metrics, judged by `promtool check metrics`: the format and the conventions. */
import { spawnSync } from 'node:child_process';
import { startTestSystem, type TestSystem } from '../../support/system.js';
import { describeWith, toolPrograms } from '../../support/tools.js';

describeWith('prometheus', 'what the services serve at /metrics', () => {
  let system: TestSystem;

  beforeAll(async () => {
    system = await startTestSystem();
  }, 120_000);

  test('promtool finds nothing to say about it', async () => {
    const [, promtool = ''] = toolPrograms('prometheus');
    for (const service of ['patients_1', 'monitor_1', 'server_1', 'gateway']) {
      const response = await fetch(`${system.process(service).url}/metrics`);
      const { status, stdout, stderr } = spawnSync(promtool, ['check', 'metrics'], { input: await response.text(), encoding: 'utf8' });
      expect({ service, status, said: stdout + stderr }).toEqual({ service, status: 0, said: '' });
    }
  });
});
