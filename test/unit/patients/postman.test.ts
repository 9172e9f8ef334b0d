/** The collection tries every route, and the committed files are the generated ones. */
import { Script } from 'node:vm';
import { offlineDocument } from '../../../patients/http/routes.js';
import { operationsOf, postmanCollection, postmanEnvironment } from '../../../patients/postman.js';
import { CASES } from '../../../patients/postman-cases.js';
import { outdatedFiles } from '../../../patients/postman-cli.js';

interface Item {
  name: string;
  request: { url: { raw: string }; auth: { type: string }; body?: { raw: string } };
  event: { listen: string; script: { exec: string[] } }[];
}
const document = offlineDocument();
const collection = postmanCollection(document);
const folders = collection.item as unknown as { name: string; item: Item[] }[];
const items = folders.flatMap(({ item }) => item);

test('the first request fires 230 payments and says the availability', () => {
  const first = items[0] as Item;
  expect([first.name, JSON.parse(first.request.body?.raw ?? '{}')]).toEqual(['Fire 230 payments', { count: 230 }]);
  expect(first.event.find(({ listen }) => listen === 'test')?.script.exec.join('\n')).toMatch(/availability .*percent/);
});

test('every operation is tried', () => {
  expect([...operationsOf(document).keys()].filter((id) => !CASES.some(({ operation }) => operation === id))).toEqual([]);
});

test('every protected operation is tried without a token and with a wrong one', () => {
  const guarded = [...operationsOf(document).values()].filter(({ security }) => security.length > 0);
  const tokens = folders.find(({ name }) => name === 'Tokens')?.item ?? [];
  expect(tokens).toHaveLength(guarded.length * 2);
  expect(tokens.filter(({ request }) => request.auth.type === 'noauth')).toHaveLength(guarded.length);
});

test('every request checks its status', () => {
  for (const { event } of items) expect(event.find(({ listen }) => listen === 'test')?.script.exec[0]).toMatch(/^pm\.test\('status /);
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
  expect(secrets.map(({ value }) => value)).toEqual(['', '']);
});

test('the committed files are up to date (npm run postman)', () => expect(outdatedFiles()).toEqual([]));
