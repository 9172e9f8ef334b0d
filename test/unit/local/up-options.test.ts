import { StartError } from '../../../local/errors.js';
import { parseUpOptions } from '../../../local/up-options.js';

const DEFAULTS = {
  monitors: 1,
  replicas: 3,
  patients: 1,
  gateway: 'simulated',
  balancer: null,
  record: 'single',
  queue: 'single',
  measurements: false,
  faults: false,
};

describe('the arguments of npm start', () => {
  it.each([
    [[], DEFAULTS],
    [
      ['--monitors', '3', '--replicas', '5', '--patients', '2'],
      { ...DEFAULTS, monitors: 3, replicas: 5, patients: 2 },
    ],
    [['--gateway=http', '--faults', 'on'], { ...DEFAULTS, gateway: 'http', faults: true }],
    [['--patients', '3', '--balancer', 'nginx'], { ...DEFAULTS, patients: 3, balancer: 'nginx' }],
    [['--standby'], { ...DEFAULTS, record: 'cluster', queue: 'group' }],
    [['--measurements'], { ...DEFAULTS, measurements: true }],
  ])('%j is accepted', (words, expected) => {
    expect(parseUpOptions(words)).toEqual(expected);
  });

  it.each([
    [['--monitors', '2'], /--monitors must be 1, 3, 5, not "2"/],
    [['--replicas', '0'], /--replicas must be 1 to 9, not "0"/],
    [['--replicas', '10'], /--replicas must be 1 to 9/],
    [['--patients', '1.5'], /--patients must be 1 to 9/],
    [['--gateway', 'stripe'], /--gateway must be simulated, http/],
    [['--faults'], /--faults/],
    [['--colour', 'red'], /--colour/],
    [['extra'], /extra/],
  ])('%j is refused in one sentence with the usage and exit code 4', (words, message) => {
    let refusal: unknown;
    try {
      parseUpOptions(words);
    } catch (error) {
      refusal = error;
    }
    expect(refusal).toBeInstanceOf(StartError);
    expect(refusal).toMatchObject({
      exitCode: 4,
      message: expect.stringMatching(message) as string,
    });
    expect((refusal as Error).message).toContain('Usage: npm start --');
  });
});
