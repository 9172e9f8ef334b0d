/**
 * Devices as processes on a real ensemble, the measurements API with Redis, and the log of every
 * device. The replica of each device is the API: it has the same health and metrics routes, and
 * without payments a device measures the readiness check.
 */
import { Redis } from 'ioredis';
import type { DeviceFaults } from '../../../measurements/device/app.js';
import { toMean } from '../../../measurements/core/mean.js';
import { compile } from '../../../local/processes/compile.js';
import { freePort } from '../../../local/processes/ports.js';
import type { ManagedProcess } from '../../../local/processes/processes.js';
import { serviceProcess } from '../../../local/processes/service-process.js';
import type { SeriesRound } from '../../../shared/contracts/measurements.js';
import { changeSettings, withEnsemble } from '../../../shared/zookeeper/settings.js';
import { INTERNAL_TOKEN, startTestApi, type Api } from '../../integration/measurements/support.js';
import { eventually } from '../../support/eventually.js';
import { startOwnEnsemble, type OwnEnsemble } from '../../support/own-ensemble.js';
import { testRedisUrl, uniquePrefix } from '../../support/redis.js';
import { PATIENCE_MS } from '../patience.js';

interface LogLine {
  msg: string;
  round?: number;
  epoch?: number;
  ms?: number;
  mean?: number;
  code?: string;
  values?: Record<string, number>;
}

export class Device {
  readonly lines: LogLine[] = [];

  constructor(
    readonly name: string,
    readonly process: ManagedProcess,
  ) {
    process.on('line', (text) => {
      if (text.startsWith('{')) this.lines.push(JSON.parse(text) as LogLine);
    });
  }

  /** The lines with this message. */
  said(msg: string): LogLine[] {
    return this.lines.filter((line) => line.msg === msg);
  }

  async setFaults(faults: Partial<DeviceFaults>): Promise<void> {
    const response = await fetch(`${this.process.url}/faults`, {
      method: 'POST',
      headers: { 'Authorization': `Bearer ${INTERNAL_TOKEN}`, 'Content-Type': 'application/json' },
      body: JSON.stringify(faults),
    });
    if (!response.ok) throw new Error(`faults: ${response.status} ${await response.text()}`);
  }
}

export class Scene {
  readonly devices: Device[] = [];

  private constructor(
    readonly ensemble: OwnEnsemble,
    public api: Api,
    private readonly surroundings: {
      /** Of the devices. */
      program: string;
      /** Options of the API. */
      env: Readonly<Record<string, string>>;
      periodSeconds: number;
    },
  ) {}

  static async open(periodSeconds: number): Promise<Scene> {
    const ensemble = await startOwnEnsemble();
    const env = {
      REDIS_URL: testRedisUrl(),
      QUEUE_PREFIX: uniquePrefix(),
      PORT: String(await freePort()),
    };
    const api = await startTestApi(env);
    const program = await compile('measurements/device/main.ts');
    const scene = new Scene(ensemble, api, { program, env, periodSeconds });
    await scene.setPeriod();
    return scene;
  }

  private async setPeriod(): Promise<void> {
    const samplingPeriod = String(this.surroundings.periodSeconds);
    await withEnsemble(this.ensemble.servers, PATIENCE_MS, (zk) =>
      changeSettings(zk, { samplingPeriod, apiUrl: null }),
    );
  }

  /** Stops the devices, deletes the data of the ensemble, and starts both again. */
  async deleteEnsemble(): Promise<void> {
    await Promise.all(this.devices.map(({ process }) => process.stop()));
    await this.ensemble.deleteData();
    await this.setPeriod();
    await Promise.all(this.devices.map(({ process }) => process.start()));
  }

  /** Deletes the data of the API, its memory included. */
  async deleteSeries(): Promise<void> {
    const { REDIS_URL: url = '', QUEUE_PREFIX: prefix } = this.surroundings.env;
    await this.api.stop();
    const redis = new Redis(url);
    const keys = await redis.keys(`${prefix}:*`);
    await redis.del(keys);
    await redis.quit();
    this.api = await startTestApi({ ...this.surroundings.env });
  }

  /** Starts a device. @param env changes of its options. */
  async startDevice(name: string, env: Record<string, string> = {}): Promise<Device> {
    const port = await freePort();
    const process = serviceProcess(
      { name, kind: 'measurements', fixedPort: port },
      {
        program: this.surroundings.program,
        port,
        nodeArgs: [],
        env: {
          ID: name,
          PORT: String(port),
          ZOOKEEPER: this.ensemble.servers,
          REPLICA_URL: this.api.url,
          API_URL: `${this.api.url}/nuevo`,
          INTERNAL_TOKEN,
          SESSION_TIMEOUT_MS: '2000',
          FAULTS: 'on',
          ...env,
        },
      },
    );
    const device = new Device(name, process);
    this.devices.push(device);
    await process.start();
    return device;
  }

  async readSeries(): Promise<SeriesRound[]> {
    const { body } = await this.api.get('/series?last=10000');
    return body['rounds'] as SeriesRound[];
  }

  /** Waits until `count` more rounds have means of as many devices. */
  async waitForRounds(count: number, devices: number): Promise<void> {
    const before = (await this.readSeries()).at(-1)?.round ?? 0;
    await eventually(
      async () => {
        const rounds = await this.readSeries();
        const found = rounds.filter((each) => each.round > before && each.devices === devices);
        if (found.length >= count) return true;
        throw new Error(`${found.length} of ${count} rounds; ${this.describe()}`);
      },
      { what: `${count} rounds with ${devices} devices` },
    );
  }

  /** The device that the API knows as the leading one: of the highest epoch in a log. */
  findLeader(): Device {
    const leads = this.devices.map((device) => device.said('leads').at(-1)?.epoch ?? 0);
    return this.devices[leads.indexOf(Math.max(...leads))] as Device;
  }

  /** Means that no set of logged measurements explains, and rounds that are not in order. */
  async findWrongMeans(): Promise<string[]> {
    const rounds = await this.readSeries();
    const computed = this.devices.flatMap((device) => device.said('mean computed'));
    const measured = new Set(
      this.devices.flatMap((device) =>
        device.said('measured').map(({ round, ms }) => `${device.name} ${round} ${ms}`),
      ),
    );
    return rounds.flatMap(({ round, epoch, mean, devices }, index) => {
      const source = computed.find(
        (line) => line.round === round && line.epoch === epoch && line.mean === mean,
      );
      const values = Object.entries(source?.values ?? {});
      const isRight =
        values.length === devices &&
        toMean(values.map(([, ms]) => ms)) === mean &&
        values.every(([name, ms]) => measured.has(`${name} ${round} ${ms}`));
      const before = rounds[index - 1];
      const isNewer = !before || (before.round < round && before.epoch <= epoch);
      return isRight && isNewer ? [] : [`round ${round}, epoch ${epoch}, mean ${mean}`];
    });
  }

  /** The last lines of every device, for a failure message. */
  describe(): string {
    return this.devices
      .map(({ name, lines }) => `${name}: ${JSON.stringify(lines.slice(-4))}`)
      .join('\n');
  }

  async close(): Promise<void> {
    await Promise.all(this.devices.map(({ process }) => process.stop()));
    await this.api.stop();
    await this.ensemble.remove();
  }
}
