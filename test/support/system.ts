/**
 * Whole systems for process tests: real processes on free ports with data in a temporary folder.
 * The systems of a test file are stopped after its last test, whether or not the tests passed.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startSystem, type System, type SystemOptions } from '../../local/system.js';

export interface TestSystem extends System {
  /** Every output line as `name: line`, for the message of a failed test. */
  readonly log: readonly string[];
}

const started: { system: TestSystem; folder: string }[] = [];

const DEFAULTS = {
  monitors: 1,
  replicas: 3,
  patients: 1,
  gateway: 'http',
  ports: 'free',
  supervise: false,
  quick: true,
} as const;

/**
 * A system like the lab's: one monitor, three replicas, the stand-alone gateway, no restart after a
 * crash.
 */
export async function startTestSystem(options: Partial<SystemOptions> = {}): Promise<TestSystem> {
  const folder = mkdtempSync(join(tmpdir(), 'relevo-system-'));
  const log: string[] = [];
  try {
    const system = await startSystem({
      ...DEFAULTS,
      dataDir: folder,
      ...options,
      // The services do not get Jest's NODE_OPTIONS.
      env: { FAULTS: 'on', NODE_OPTIONS: '', ...options.env },
      onLine: (name, line) => {
        log.push(`${name}: ${line}`);
        options.onLine?.(name, line);
      },
    });
    const tested = Object.assign(system, { log });
    started.push({ system: tested, folder });
    return tested;
  } catch (error) {
    rmSync(folder, { recursive: true, force: true });
    throw error;
  }
}

/** Stops a system before its test file ends. */
export async function stopTestSystem(system: System): Promise<void> {
  const index = started.findIndex((entry) => entry.system === system);
  const [entry] = index < 0 ? [] : started.splice(index, 1);
  if (!entry) return;
  await entry.system.stop();
  rmSync(entry.folder, { recursive: true, force: true });
}

afterAll(async () => {
  for (const { system } of [...started]) await stopTestSystem(system);
}, 180_000);
