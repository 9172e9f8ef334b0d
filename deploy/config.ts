/** Every option of the one-shot set-up of the database. */
import { integer, url } from '../shared/config.js';

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
