/**
 * Gauges of the database nodes, read at each scrape from the last view. An unknown value has no
 * sample, because 0 would be wrong.
 */
import type { RecordState } from '../../shared/record/read-record.js';
import { gauge } from '../../shared/observability/metrics.js';

let source: () => RecordState | null = () => null;

/** Sets the source of the values. */
export const measureRecord = (read: () => RecordState | null): void => void (source = read);

const listStandbys = (): RecordState['nodes'] =>
  (source()?.nodes ?? []).filter(({ role }) => role !== 'primary');

gauge(
  'relevo_database_node_streaming',
  '1 while the standby of PostgreSQL receives the write-ahead log, else 0. No sample: PostgreSQL has no standbys.',
  ['node'],
  function () {
    this.reset();
    for (const { name, streaming } of listStandbys())
      this.set({ node: name }, streaming === true ? 1 : 0);
  },
);
gauge(
  'relevo_database_node_lag_bytes',
  'Write-ahead log that the standby of PostgreSQL lacks. No sample: not known.',
  ['node'],
  function () {
    this.reset();
    for (const { name, lagBytes } of listStandbys())
      if (lagBytes !== null) this.set({ node: name }, lagBytes);
  },
);
