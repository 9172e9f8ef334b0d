/**
 * A real Prometheus for tests, with the configuration of deploy/prometheus. It scrapes a system of
 * the test every second and stores its data in a temporary folder. `close` stops it and removes the
 * folder.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ManagedProcess } from '../../local/processes/processes.js';
import { freePort } from '../../local/processes/ports.js';
import { ROOT } from '../../local/root.js';
import { eventually } from './eventually.js';
import { toolPrograms } from './tools.js';

interface Sample {
  metric: Record<string, string>;
  /** Its last value: time and number. */
  value: [number, string];
}

interface Rule {
  name: string;
  type: 'alerting' | 'recording';
  state?: 'inactive' | 'pending' | 'firing';
  health: string;
  lastError?: string;
}

export interface Prometheus {
  /** @throws Error with the message of Prometheus. */
  query(expression: string): Promise<Sample[]>;
  rules(): Promise<Rule[]>;
  close(): Promise<void>;
}

/** The deployed configuration, with the test's targets and shorter intervals. */
function configure(folder: string, services: readonly ManagedProcess[]): string {
  cpSync(join(ROOT, 'deploy/prometheus'), folder, { recursive: true });
  const file = join(folder, 'prometheus.yml');
  writeFileSync(file, readFileSync(file, 'utf8').replace(/_interval: 5s/g, '_interval: 1s'));
  const targets = services.map(({ name, kind, port }) => ({
    targets: [`127.0.0.1:${port}`],
    labels: { job: kind, service: kind, id: name },
  }));
  writeFileSync(join(folder, 'targets', 'services.yml'), JSON.stringify(targets)); // JSON is YAML.
  return file;
}

/** @param services to scrape. */
export async function startPrometheus(services: readonly ManagedProcess[]): Promise<Prometheus> {
  const [program = ''] = toolPrograms('prometheus');
  const folder = mkdtempSync(join(tmpdir(), 'relevo-prometheus-'));
  const url = `http://127.0.0.1:${await freePort()}`;
  const file = configure(folder, services);
  const args = [
    `--config.file=${file}`,
    `--storage.tsdb.path=${join(folder, 'data')}`,
    `--web.listen-address=${new URL(url).host}`,
  ];
  const child = spawn(program, args, { stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  child.stderr.on('data', (text: Buffer) => (said = (said + text.toString()).slice(-4_000)));
  const close = async (): Promise<void> => {
    if (child.exitCode === null && child.kill('SIGKILL')) await once(child, 'exit');
    rmSync(folder, { recursive: true, force: true });
  };
  const api = async <T>(path: string): Promise<T> => {
    const answer = (await (await fetch(`${url}/api/v1/${path}`)).json()) as {
      status: string;
      error?: string;
      data: T;
    };
    if (answer.status !== 'success') throw new Error(answer.error);
    return answer.data;
  };
  const isReady = (): Promise<boolean> =>
    fetch(`${url}/-/ready`).then(
      ({ ok }) => ok,
      () => false,
    );
  await eventually(isReady, { what: 'Prometheus to be ready' }).catch(async (error: Error) => {
    await close();
    throw new Error(`${error.message}\n${said}`);
  });
  return {
    query: async (expression) =>
      (await api<{ result: Sample[] }>(`query?query=${encodeURIComponent(expression)}`)).result,
    rules: async () =>
      (await api<{ groups: { rules: Rule[] }[] }>('rules')).groups.flatMap(({ rules }) => rules),
    close,
  };
}
