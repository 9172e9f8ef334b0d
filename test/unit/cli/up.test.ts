/** `relevo up` gives every option to the program that `npm start` runs. */
import { toProgramWords } from '../../../cli/programs/up.js';
import { UP_OPTIONS } from '../../../local/program-options.js';
import { parseUpOptions } from '../../../local/up-options.js';
import { parseOptions } from '../../../shared/arguments/parse.js';

test('no option is lost on the way', () => {
  const words = ['--monitors=3', '--replicas=5', '--patients=3', '--gateway=http'];
  words.push('--balancer=haproxy', '--faults=on', '--standby');
  const args = parseOptions(UP_OPTIONS, words);
  expect(toProgramWords(args).sort()).toEqual([...words].sort());
  expect(parseUpOptions(toProgramWords(args))).toEqual(parseUpOptions(words));
});
