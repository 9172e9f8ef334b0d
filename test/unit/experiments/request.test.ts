/**
 * The arguments of `npm run experiment`: every wrong one is explained in one sentence, and the
 * program ends with exit code 4 (test/process/experiment.test.ts).
 */
import { describe, expect, test } from '@jest/globals';
import { isWrongArguments, readRequest } from '../../../experiments/request.js';

function readError(words: readonly string[]): unknown {
  try {
    return readRequest(words);
  } catch (error) {
    return error;
  }
}

describe('a wrong argument is explained in one sentence:', () => {
  test.each([
    ['nothing-like-it', /^There is no experiment "nothing-like-it"/],
    ['availability --trials many', /^--trials must be a whole number/],
    ['availability --monitors 2', /^--monitors must be odd/],
    ['availability --failures 50 --requests 10', /needs at least as many --requests/],
    ['availability --fault flood', /^--fault must be one of kill, freeze, restart/],
    ['availability --traffic rush', /^--traffic must be open, batch or closed/],
    ['availability --colour red', /^There is no option --colour\./],
    ['chaos --replay nothing-like-it', /^There is no run "nothing-like-it"/],
    ['chaos --replay x --seed 3', /only --json is allowed in addition/],
    ['chaos --only kill,flood', /there is no fault "flood"; there are kill, /],
    ['chaos --floor most', /^--floor must be a percentage, got "most"/],
    ['chaos --schedule nowhere.json', /nowhere\.json cannot be read/],
    ['chaos --monitors 4', /^--monitors must be odd/],
    ['chaos --only kill,node-killed', /^the fault "node-killed" needs --standby/],
    ['availability --standby --compare', /^--compare runs without --standby/],
    ['availability --standby --victims replicas', /^--victims and --repeat need --balancer/],
    ['failover --kinds burn', /^--kinds: there is no "burn"/],
    ['failover --kinds kill+monitor --monitors 1', /kill\+monitor needs 3 monitors/],
    ['failover --count 10001', /^--count must be a whole number from 1 to 10000/],
    ['bench --only nobody', /^--only: there is no "nobody"; there are drain, /],
    ['growth --pending 1000,many', /^--pending must be whole numbers .* got "many"/],
    ['rolling --how badly', /^--how must be one of one-by-one, no-drain, together/],
    ['rolling --balancer none', /^--balancer must be one of haproxy, apache, nginx/],
    ['growth --kills 0', /^--kills must be a whole number from 1 to 1000/],
    ['haproxy --requests 5', /^--requests must be a whole number from 10 to 100000/],
    ['haproxy --balancer nginx', /--balancer/],
    ['apache --iterations 2', /^--iterations must be a whole number from 3 to 100000/],
    ['zookeeper --rows none,flood', /^--rows: there is no "flood"; there are none, device-killed/],
    ['zookeeper --period 100', /^--period must be a whole number from 500 to 60000/],
    ['sessions --faults kill,flood', /^--faults must be some of kill, freeze, .* got "flood"/],
    ['sessions --flows 2', /^--flows must be a whole number from 6 to 1000/],
  ])('%s', (line, sentence) => {
    const error = readError(line.split(' '));
    expect(isWrongArguments(error)).toBe(true);
    expect((error as Error).message).toMatch(sentence);
    expect((error as Error).message).not.toMatch(/\n\s+at /);
  });
});

test('no argument: the usage, exit code 4', () => {
  const usage = { kind: 'print', text: expect.stringContaining('Usage') as unknown };
  expect(readRequest([])).toEqual({ ...usage, code: 4 });
  expect(readRequest(['--help'])).toEqual({ ...usage, code: 0 });
});

test.each(['availability', 'chaos'])('%s --help names the requirements of --standby', (name) => {
  const request = readRequest([name, '--help']);
  const text = request.kind === 'print' ? request.text.replace(/\s+/g, ' ') : '';
  expect(text).toMatch(/--standby .*needs patroni, etcd-server, python3-etcd, .*postgresql/);
  for (const line of request.kind === 'print' ? request.text.split('\n') : [])
    expect(line.length).toBeLessThanOrEqual(80);
});

test('control: right arguments make a request, and another error is none of arguments', () => {
  expect(readRequest(['failover', '--count', '2'])).toMatchObject({
    kind: 'run',
    request: { options: { count: 2 }, decided: null },
  });
  expect(isWrongArguments(new Error('no disk'))).toBe(false);
});
