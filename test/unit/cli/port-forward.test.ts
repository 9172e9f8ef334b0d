/** The way to a Service, with a program in place of kubectl that notes its starts. */
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openKubectl } from '../../../cli/deploy/kubectl.js';
import { createPortForward, type PortForward } from '../../../cli/deploy/port-forward.js';

const folder = mkdtempSync(join(tmpdir(), 'relevo-forward-'));
const [program, starts] = [join(folder, 'kubectl'), join(folder, 'starts')];
beforeAll(() => {
  writeFileSync(
    program,
    `#!/bin/sh\necho start >> ${starts}\necho 'Forwarding from 127.0.0.1:4242 -> 4000'\nexec sleep 60\n`,
  );
  chmodSync(program, 0o755);
});
beforeEach(() => writeFileSync(starts, ''));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const countStarts = (): number => readFileSync(starts, 'utf8').split('\n').length - 1;
const open = (): PortForward =>
  createPortForward(openKubectl(program, process.env), 'trial', 'patients', 4000);

test('requests at the same time share one way', async () => {
  const way = open();
  const addresses = await Promise.all([way.address(), way.address()]);
  expect(addresses).toEqual(Array.from({ length: 2 }, () => 'http://127.0.0.1:4242'));
  expect(countStarts()).toBe(1);
  way.close();
});

test('a request after the end starts no kubectl, which would outlive the command', async () => {
  const way = open();
  await way.address();
  way.close();
  await expect(way.address()).rejects.toThrow('the way to patients is closed');
  expect(countStarts()).toBe(1);
});
