/** Formats the switch of the acceptance within 80 columns. Pure. */
import type { AcceptanceDocument } from '../../shared/contracts/acceptance.js';
import type { StatusSummary } from '../../shared/contracts/status.js';
import { WIDTH, wrap } from '../output/table.js';

/** The line of the status while new payments are stopped; none otherwise. */
export const formatStopLine = ({ acceptance }: Pick<StatusSummary, 'acceptance'>): string[] =>
  acceptance?.accepting === false
    ? wrap(`New payments are stopped: ${acceptance.reason ?? ''}`, WIDTH)
    : [];

/** The text before the switch is set. */
export function formatBeforeSwitch(
  accepting: boolean,
  status: Pick<StatusSummary, 'acceptance'>,
): string {
  const stopped = formatStopLine(status);
  const now = stopped.length > 0 ? stopped.join('\n') : 'New payments are accepted.';
  const effect = accepting
    ? 'Every instance will accept new payments within a second.'
    : 'Every instance will refuse new payments within a second.';
  return `${now}\n${effect}`;
}

/** The switch as it is stored. */
export const formatAcceptance = ({ accepting, reason }: AcceptanceDocument): string =>
  wrap(
    accepting ? 'New payments are accepted again.' : `New payments are stopped: ${reason}`,
    WIDTH,
  ).join('\n');
