/** JSON bodies: ambiguous texts are refused, and large ones are read quickly. */
import { describe, expect, test } from '@jest/globals';
import { once } from 'node:events';
import { request as send, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createApp, finishApp, listen } from '../../../shared/http/http.js';
import { parseJson } from '../../../shared/http/json-bodies.js';
import { createLogger } from '../../../shared/observability/logger.js';

const read = (text: string): unknown => parseJson(Buffer.from(text));
const refusal = (bytes: Buffer): unknown => {
  try {
    return { read: parseJson(bytes) };
  } catch (error) {
    return { code: (error as { code: string }).code, detail: (error as Error).message };
  }
};

describe('JSON text', () => {
  test.each<[string, unknown]>([
    ['null', null],
    ['[]', []],
    ['"a:b"', 'a:b'],
    ['{"a":{"a":[{"a":1},{"a":2}]}}', { a: { a: [{ a: 1 }, { a: 2 }] } }],
    ['{"a\\":b":"\\\\","c":"{\\"c\\":1}"}', { 'a":b': '\\', 'c': '{"c":1}' }],
    ['"\\ud83d\\ude00 😀 \\u00e9"', '😀 😀 é'],
    ['"\\\\ud800 \\\\\\u0041"', '\\ud800 \\A'],
    ['\uFEFF{"a":1}', { a: 1 }],
    ['{"":1," ":2}', { '': 1, ' ': 2 }],
  ])('%s is read', (text, value) => expect(read(text)).toEqual(value));

  test.each<[string, Buffer, string]>([
    ['invalid JSON', Buffer.from('{"a":'), 'not valid JSON'],
    ['a repeated member', Buffer.from('{"a":1,"a":1}'), 'the same member twice'],
    [
      'a repeated member in two spellings',
      Buffer.from('{"a":1,"\\u0061":2}'),
      'the same member twice',
    ],
    [
      'a repeated member, deeply nested',
      Buffer.from('[{"b":[{"a":{"c":1,"c":[]}}]}]'),
      'the same member twice',
    ],
    ['__proto__ twice', Buffer.from('{"__proto__":1,"__proto__":2}'), 'the same member twice'],
    [
      'the first half of a surrogate pair',
      Buffer.from('{"a":"\\ud800"}'),
      'half of a surrogate pair',
    ],
    ['the second half', Buffer.from('["\\udc00\\ud800"]'), 'half of a surrogate pair'],
    [
      'two halves around a backslash',
      Buffer.from('"\\ud83d\\\\\\ude00"'),
      'half of a surrogate pair',
    ],
    ['half a pair in a name', Buffer.from('{"\\udfff":1}'), 'half of a surrogate pair'],
    ['Latin-1', Buffer.from('{"a":"Jos\xe9"}', 'latin1'), 'not valid UTF-8'],
    ['UTF-16', Buffer.from('{"a":1}', 'utf16le'), 'not valid JSON'],
    [
      'half a character at the end',
      Buffer.concat([Buffer.from('"'), Buffer.from('é').subarray(0, 1)]),
      'not valid UTF-8',
    ],
    ['a surrogate in UTF-8', Buffer.from([0x22, 0xed, 0xa0, 0x80, 0x22]), 'not valid UTF-8'],
  ])('%s is refused', (_name, bytes, detail) => {
    expect(refusal(bytes)).toEqual({
      code: 'BODY_MALFORMED',
      detail: expect.stringContaining(detail) as unknown,
    });
  });

  test('nesting deeper than the stack is read', () => {
    const depth = 200_000;
    expect(Array.isArray(read('['.repeat(depth) + ']'.repeat(depth)))).toBe(true);
  });
});

describe('a body', () => {
  async function answered(
    headers: Record<string, string>,
    body: Buffer,
  ): Promise<[number | undefined, string]> {
    const logger = createLogger('test', 'test', 'silent');
    const app = createApp({ logger, bodyLimit: '1kb', ready: () => ({}) });
    app.post(
      '/',
      (request, response) =>
        void response.json({ body: request.body as unknown, there: request.body !== undefined }),
    );
    const server = await listen(finishApp(app, logger), 0, '127.0.0.1');
    try {
      const { port } = server.address() as AddressInfo;
      const asking = send({
        port,
        method: 'POST',
        agent: false,
        headers: { 'content-type': 'application/json', ...headers },
      });
      asking.end(body);
      const [response] = (await once(asking, 'response')) as [IncomingMessage];
      const parts = (await response.toArray()) as Buffer[];
      return [response.statusCode, Buffer.concat(parts).toString()];
    } finally {
      server.close();
    }
  }

  test.each<[string, Record<string, string>, Buffer, number, string]>([
    ['is read', {}, Buffer.from('{"a":1}'), 200, '"body":{"a":1}'],
    [
      'in chunks is read',
      { 'transfer-encoding': 'chunked' },
      Buffer.from('{"a":1}'),
      200,
      '"body":{"a":1}',
    ],
    [
      'with the charset UTF-8 is read',
      { 'content-type': 'application/json; Charset="UTF-8"' },
      Buffer.from('{"a":1}'),
      200,
      '"body":{"a":1}',
    ],
    ['of no bytes counts as no body', {}, Buffer.alloc(0), 200, '"there":false'],
    [
      'of no chunks counts as no body',
      { 'transfer-encoding': 'chunked' },
      Buffer.alloc(0),
      200,
      '"there":false',
    ],
    [
      'of another type counts as no body',
      { 'content-type': 'text/plain' },
      Buffer.from('{"a":1}'),
      200,
      '"there":false',
    ],
    [
      'in UTF-16 is refused',
      { 'content-type': 'application/json; charset=utf-16' },
      Buffer.from('{"a":1}', 'utf16le'),
      400,
      'BODY_MALFORMED',
    ],
    ['in Latin-1 is refused', {}, Buffer.from('"\xe9"', 'latin1'), 400, 'BODY_MALFORMED'],
    ['with a repeated member is refused', {}, Buffer.from('{"a":1,"a":1}'), 400, 'BODY_MALFORMED'],
    [
      'over the limit is refused',
      {},
      Buffer.from(JSON.stringify('x'.repeat(2_000))),
      413,
      'BODY_TOO_LARGE',
    ],
  ])('%s', async (_name, headers, body, status, text) => {
    expect(await answered(headers, body)).toEqual([status, expect.stringContaining(text)]);
  });
});
