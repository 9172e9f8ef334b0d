/** A real ensemble: roles, the death of a member of each role, other ports on the same data. */
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { prepareEnsemble } from '../../../local/engines/zookeeper.js';
import { ENSEMBLE, ensemblePlaces } from '../../../local/measurement-places.js';
import { freePort } from '../../../local/processes/ports.js';
import type { ManagedProcess } from '../../../local/processes/processes.js';
import { readMemberState } from '../../../shared/zookeeper/member-state.js';
import { eventually } from '../../support/eventually.js';
import { describeWith } from '../../support/tools.js';

const HOST = '127.0.0.1';
const PATIENCE_MS = 120_000;

async function prepare(folder: string): Promise<ManagedProcess[]> {
  const ports = new Map<string, number>();
  for (const { name } of ENSEMBLE) ports.set(name, await freePort());
  return prepareEnsemble(
    folder,
    ensemblePlaces((name) => ports.get(name) ?? 0),
  );
}

const readRoles = async (members: readonly ManagedProcess[]): Promise<string[]> =>
  Promise.all(members.map(async ({ port }) => (await readMemberState({ host: HOST, port })).role));

const WHOLE = ['follower', 'follower', 'leader'];

/** Waits for these roles, in any order. */
const waitForRoles = (members: readonly ManagedProcess[], roles: readonly string[]) =>
  eventually(
    async () => {
      const found = await readRoles(members);
      if (found.toSorted().join() !== roles.toSorted().join()) throw new Error(found.join());
      return true;
    },
    { what: `the roles ${roles.join()}` },
  );

const stopAll = (members: readonly ManagedProcess[]): Promise<unknown> =>
  Promise.all(members.map((member) => member.stop()));

describeWith('zookeeper', 'a ZooKeeper ensemble', () => {
  const folder = mkdtempSync(join(tmpdir(), 'relevo-ensemble-'));
  let members: ManagedProcess[] = [];

  beforeAll(async () => {
    members = await prepare(folder);
    await Promise.all(members.map((member) => member.start()));
  }, PATIENCE_MS);
  afterAll(async () => {
    await stopAll(members);
    rmSync(folder, { recursive: true, force: true });
  });

  test('has one leader and two followers when every member is ready', async () => {
    expect((await readRoles(members)).toSorted()).toEqual(WHOLE);
  });

  test.each(['leader', 'follower'])(
    'a %s is killed: the others continue with a leader, and the member returns',
    async (role) => {
      const roles = await readRoles(members);
      const member = members[roles.indexOf(role)] as ManagedProcess;
      member.kill('SIGKILL');
      await member.exited;
      await waitForRoles(members, ['follower', 'leader', 'silent']);
      await member.start();
      await waitForRoles(members, WHOLE);
    },
    PATIENCE_MS,
  );

  test(
    'two members are killed: the last one waits, and both return',
    async () => {
      const [first, second] = members as [ManagedProcess, ManagedProcess];
      for (const member of [first, second]) {
        member.kill('SIGKILL');
        await member.exited;
      }
      await waitForRoles(members, ['silent', 'silent', 'waiting']);
      await Promise.all([first.start(), second.start()]);
      await waitForRoles(members, WHOLE);
    },
    PATIENCE_MS,
  );

  test(
    'it starts again on the same data with other ports, and leaves no file outside its folder',
    async () => {
      const pids = members.map(({ pid }) => pid);
      await stopAll(members);
      expect(pids.some((pid) => existsSync(`/tmp/hsperfdata_root/${pid}`))).toBe(false);
      members = await prepare(folder);
      await Promise.all(members.map((member) => member.start()));
      await waitForRoles(members, WHOLE);
    },
    PATIENCE_MS,
  );
});
