/**
 * `npm test` starts PostgreSQL and Redis, then Jest; see local/test.ts. Arguments select files:
 * `npm test -- unit`.
 */
export default {
  testEnvironment: 'node',
  testMatch: ['<rootDir>/test/**/*.test.ts'],
  extensionsToTreatAsEsm: ['.ts'],
  moduleNameMapper: { '^(\\.{1,2}/.*)\\.js$': '$1' },
  modulePathIgnorePatterns: ['<rootDir>/.data/', '<rootDir>/reports/'],
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      { jsc: { target: 'es2022', parser: { syntax: 'typescript' } }, module: { type: 'es6' } },
    ],
  },
  setupFilesAfterEnv: ['<rootDir>/test/support/watch-logs.ts'],
  // Longer than two waits of `eventually`, which explain a failure better.
  testTimeout: 180_000,
  // The processes of two files keep two cores busy. A third worker saves no time, and each process
  // then waits longer for the processor.
  maxWorkers: 2,
  // A worker keeps the modules of all its files; beyond this size a new one is cheaper.
  workerIdleMemoryLimit: '700MB',
  testSequencer: '<rootDir>/test/support/longest-first.mjs',
  // Not in the temporary folder, which `npm test` deletes at the end of a run.
  cacheDirectory: '<rootDir>/node_modules/.cache/jest',
  reporters: ['default', '<rootDir>/test/support/summary-reporter.mjs'],
};
