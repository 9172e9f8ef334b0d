/** The collection tries every route and every refusal that can be provoked, shows how, and the committed files are the generated ones. */
import { Script } from 'node:vm';
import { NOT_PROVOKED } from '../../../api/postman/case.js';
import { outdatedFiles } from '../../../api/postman/cli.js';
import { casesOf, postmanCollection, postmanEnvironment } from '../../../api/postman/collection.js';
import { operationsOf } from '../../../api/postman/operations.js';
import { documents } from '../../../api/documents.js';

interface Item {
  name: string;
  request: { url: { raw: string }; auth: { type: string }; body?: { raw: string }; description: string };
  response: { code: number; body: string }[];
  event: { listen: string; script: { exec: string[] } }[];
}
const all = documents();
const operations = operationsOf(all);
const cases = casesOf(operations);
const collection = postmanCollection(all);
const folders = collection.item as unknown as { name: string; item: Item[] }[];
const items = folders.flatMap(({ item }) => item);

test('the first folder is a walk: 230 payments, pay, the same key, the leader, a hand-over, pay again', () => {
  const [walk] = folders;
  expect(walk?.item.map(({ name }) => name)).toEqual([
    'Fire 230 payments', 'Pay and wait', 'The same key again: the first answer again', 'Look at the batch again', 'Who leads', 'Hand over to the next',
    'Pay again',
  ]);
  expect(JSON.parse(walk?.item[0]?.request.body?.raw ?? '{}')).toEqual({ count: 230 });
});

test('every operation of both documents is tried', () => {
  const tried = new Set(cases.map(({ service = 'patients', operation }) => `${service}.${operation}`));
  expect([...operations.keys()].filter((key) => !tried.has(key))).toEqual([]);
});

test('every problem code of every operation is provoked, or it is said why not', () => {
  const provoked = new Set(cases.map(({ service = 'patients', operation, code }) => `${service}.${operation} ${code}`));
  const missing = [...operations].flatMap(([key, { codes }]) => codes.filter((code) => !(code in NOT_PROVOKED)).map((code) => `${key} ${code}`))
    .filter((pair) => !provoked.has(pair));
  // A preview is refused as NOT_FOUND only where fault switches are off; a replica that nobody could follow: only with all others out.
  expect(missing).toEqual(['monitor.preview NOT_FOUND', 'monitor.setReplicaState NO_CANDIDATE']);
});

test('every request has its curl command, its words and a saved answer; the first of an operation has them all', () => {
  for (const { request, response } of items) {
    expect(request.description).toMatch(/```sh\ncurl -s/);
    expect(response.length).toBeGreaterThan(0);
  }
  const pay = items.find(({ name }) => name === 'Pay and wait') as Item;
  expect([...new Set(pay.response.map(({ code }) => code))]).toEqual([201, 202, 400, 401, 403, 413, 422, 429, 500, 503]);
});

test('every request checks its status, and a refusal its code', () => {
  for (const { event } of items) expect(event.find(({ listen }) => listen === 'test')?.script.exec.join('\n')).toMatch(/pm\.test\('status /);
  expect(items).toHaveLength(cases.length);
});

test('every script can be parsed', () => {
  for (const { event } of items) for (const { script } of event) expect(() => new Script(script.exec.join('\n'))).not.toThrow();
});

test('every variable is one of the environment or of the collection', () => {
  const known = [...(postmanEnvironment()['values'] as { key: string }[]), ...(collection['variable'] as { key: string }[])].map(({ key }) => key);
  const requests = items.map(({ request }) => JSON.stringify(request)).join('\n');
  const used = new Set([...requests.matchAll(/\{\{(\w+)\}\}/g)].map(([, name]) => name as string));
  expect([...used].filter((name) => !known.includes(name) && name !== 'big')).toEqual([]);
});

test('no secret is in the files', () => {
  const secrets = (postmanEnvironment()['values'] as { type: string; value: string }[]).filter(({ type }) => type === 'secret');
  expect(secrets.map(({ value }) => value)).toEqual(['', '', '']);
});

test('the committed files are up to date (npm run postman)', () => expect(outdatedFiles()).toEqual([]));
