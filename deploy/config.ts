/** Options of the programs that run before the services: the set-up of the database, the wait. */
import { integer, oneOf, url } from '../shared/config.js';

export const PREPARE_OPTIONS = {
  databaseUrl: url('DATABASE_URL', {
    doc: 'PostgreSQL: the record. The database exists; it may be empty.',
  }),
  samplePatients: integer('SAMPLE_PATIENTS', {
    default: 100,
    min: 0,
    max: 100_000,
    doc: 'Sample patients for a database that has no patient yet; 0: none.',
  }),
} as const;

export const WAIT_OPTIONS = {
  databaseUrl: PREPARE_OPTIONS.databaseUrl,
  waitFor: oneOf('WAIT_FOR', ['connection', 'migrations'], {
    default: 'migrations',
    doc: 'connection: PostgreSQL accepts connections. migrations: every migration of this version is applied.',
  }),
} as const;
