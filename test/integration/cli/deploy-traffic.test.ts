/**
 * The payments of `relevo deploy check` on a real system on this machine, with the processes in
 * place of the pods: the leader is ended as Kubernetes ends a pod, and the verdict compares
 * PostgreSQL with the ledger of the gateway.
 */
import pg from 'pg';
import { PAYMENTS, sendPayments, waitForLeader, type Ways } from '../../../cli/deploy/traffic.js';
import { judgeCheck } from '../../../cli/deploy/verdict.js';
import { startTestSystem, type TestSystem } from '../../support/system.js';

async function readRows(system: TestSystem): Promise<{ id: string; status: string }[]> {
  const client = new pg.Client({ connectionString: system.databaseUrl });
  await client.connect();
  try {
    return (await client.query<{ id: string; status: string }>('SELECT id, status FROM payment'))
      .rows;
  } finally {
    await client.end();
  }
}

async function readCharges(system: TestSystem): Promise<string[]> {
  const response = await fetch(`${system.gateway?.url}/ledger`, {
    headers: { authorization: `Bearer ${system.tokens.internal}` },
  });
  const { charges } = (await response.json()) as { charges: { key: string; status: string }[] };
  return charges.filter(({ status }) => status === 'approved').map(({ key }) => key);
}

it('the payments of a check succeed once each while the leader ends, and the verdict is valid', async () => {
  const system = await startTestSystem({ monitors: 3, patients: 2 });
  const ways: Ways = {
    patients: () => Promise.resolve(system.patients[0]?.url ?? ''),
    console: () => Promise.resolve(system.monitors[0]?.url ?? ''),
    tokens: system.tokens,
    signal: new AbortController().signal,
  };
  const before = await waitForLeader(ways, 0);
  let deletions = 0;
  let answers = 0;
  const outcomes = await sendPayments(
    ways,
    async () => {
      deletions += 1;
      await system.process(before.leader).stop();
    },
    (count) => (answers = count),
  );
  const after = await waitForLeader(ways, before.term);
  const observed = {
    rows: await readRows(system),
    charged: await readCharges(system),
    before,
    after,
  };
  expect(judgeCheck(PAYMENTS, { ...outcomes, ...observed })).toEqual({
    verdict: 'valid',
    problems: [],
    payments: PAYMENTS,
    before,
    after,
  });
  expect([deletions, answers]).toEqual([1, PAYMENTS]);
});
