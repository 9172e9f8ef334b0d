/**
 * A data folder holds either a single PostgreSQL or a cluster. A start in the other mode would
 * begin with an empty database beside the existing one, so it is refused.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { StartError } from '../errors.js';
import type { RecordMode } from '../plan.js';
import { CLUSTER_FOLDER } from './cluster-folder.js';

/** Name of the folder of the single server inside the data folder of an installation. */
export const SINGLE_FOLDER = 'postgres';

/** @throws StartError when the folder holds the data of the other mode. */
export function checkRecordMode(dataDir: string, record: RecordMode): void {
  const found = findRecordMode(dataDir);
  if (record === 'cluster' && found === 'single')
    throw new StartError(
      `${join(dataDir, SINGLE_FOLDER)} holds the data of a single PostgreSQL: start without --standby, or set RELEVO_DATA to another folder. \`relevo move --to standby\` moves the data.`,
    );
  if (record === 'single' && found === 'cluster')
    throw new StartError(
      `${join(dataDir, CLUSTER_FOLDER)} holds the data of a PostgreSQL with standbys: start with --standby, or set RELEVO_DATA to another folder. \`relevo move --to single\` moves the data.`,
    );
}

/** The mode of the data in the folder; null: no data. @throws StartError when both have data. */
export function findRecordMode(dataDir: string): RecordMode | null {
  const isSingle = existsSync(join(dataDir, SINGLE_FOLDER, 'PG_VERSION'));
  const isCluster = existsSync(join(dataDir, CLUSTER_FOLDER));
  if (isSingle && isCluster)
    throw new StartError(
      `${dataDir} has both ${SINGLE_FOLDER} and ${CLUSTER_FOLDER}: a move was interrupted after its check, and both hold the same data. Move away the one that you do not want to use.`,
    );
  if (isSingle) return 'single';
  return isCluster ? 'cluster' : null;
}
