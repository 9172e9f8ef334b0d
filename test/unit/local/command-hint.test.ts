/** Printed commands work as they are: with the data folder and the ports of this installation. */
import { completeCommands } from '../../../local/command-hint.js';

const ELSEWHERE = { RELEVO_DATA: '/srv/my data', RELEVO_PORT_OFFSET: '200' };
const DATA = "RELEVO_DATA='/srv/my data'";
const complete = (text: string): string => completeCommands(text, ELSEWHERE);

test.each([
  ['npx relevo status --watch', `${DATA} npx relevo status --watch`],
  ['npm stop && npm start', `${DATA} npm stop && ${DATA} RELEVO_PORT_OFFSET=200 npm start`],
  ['npx relevo up --detach', `${DATA} RELEVO_PORT_OFFSET=200 npx relevo up --detach`],
  ['`relevo doctor` finds the cause.', `\`${DATA} npx relevo doctor\` finds the cause.`],
  ['`npm run status` shows it.', `\`${DATA} npm run status\` shows it.`],
])('%s is completed', (text, completed) => expect(complete(text)).toBe(completed));

test.each([
  'RELEVO_DATA=~/relevo-data npm start   (other data)',
  `${DATA} RELEVO_PORT_OFFSET=300 npm start`,
  `\`${DATA} npm stop\` stops it.`,
  'Only --standby of relevo needs it; start relevo again.',
])('%s stays as it is', (text) => expect(complete(text)).toBe(text));

test('without variables, only the missing npx is added', () => {
  const text = '`relevo status` shows it, `npm stop` ends it.';
  expect(completeCommands(text, {})).toBe('`npx relevo status` shows it, `npm stop` ends it.');
});
