/** The programs of the container image, relative to the project's root. */
export const IMAGE_PROGRAMS = [
  'patients/main.ts',
  'monitor/main.ts',
  'payments/main.ts',
  'gateway/main.ts',
  'deploy/prepare-database.ts',
  'deploy/wait-for-database.ts',
] as const;
