import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { BULLMQ_VERSION } from '../../../payments/bullmq-internals.js';

const installed = (): unknown =>
  JSON.parse(
    readFileSync(new URL('../../../node_modules/bullmq/package.json', import.meta.url), 'utf8'),
  );

test('the internals of BullMQ were read from the version that is installed', () => {
  expect(installed()).toMatchObject({ version: BULLMQ_VERSION });
});
