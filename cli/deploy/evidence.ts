/** Reads the evidence for the verdict of a check: rows of PostgreSQL, the gateway's ledger. */
import { z } from 'zod';
import type { Kubectl } from './kubectl.js';
import type { CheckEvidence } from './verdict.js';

const ledgerLine = z.object({ key: z.string(), status: z.string() });

const toLines = (text: string): string[] => text.split('\n').filter((line) => line !== '');

/** Inside the pods, so that no password leaves them. */
export async function readEvidence(
  kubectl: Kubectl,
  namespace: string,
  signal: AbortSignal,
): Promise<Pick<CheckEvidence, 'rows' | 'charged'>> {
  const exec = (pod: string, ...command: string[]): Promise<string> =>
    kubectl.run(['-n', namespace, 'exec', pod, '--', ...command], { signal });
  const query = 'SELECT id, status FROM payment';
  const rows = await exec('postgres-0', 'psql', '-U', 'relevo', '-d', 'relevo', '-Atc', query);
  const ledger = await exec('gateway-0', 'cat', '/var/lib/relevo/ledger.ndjson');
  return {
    rows: toLines(rows).map((line) => {
      const [id = '', status = ''] = line.split('|');
      return { id, status };
    }),
    charged: toLines(ledger)
      .map((line) => ledgerLine.parse(JSON.parse(line)))
      .filter(({ status }) => status === 'approved')
      .map(({ key }) => key),
  };
}
