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
  const single = join(dataDir, SINGLE_FOLDER);
  const cluster = join(dataDir, CLUSTER_FOLDER);
  if (record === 'cluster' && existsSync(join(single, 'PG_VERSION')))
    throw new StartError(
      `${single} holds the data of a single PostgreSQL: start without --standby, or set RELEVO_DATA to another folder. relevo backup and relevo restore move the data.`,
    );
  if (record === 'single' && existsSync(cluster))
    throw new StartError(
      `${cluster} holds the data of a PostgreSQL with standbys: start with --standby, or set RELEVO_DATA to another folder. relevo backup and relevo restore move the data.`,
    );
}
