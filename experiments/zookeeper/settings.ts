/** Writes the settings of the rounds into the ensemble, also while members of it are away. */
import { waitUntil } from '../../shared/wait-until.js';
import { ZooKeeper } from '../../shared/zookeeper/client.js';
import { isRefusal, isUnanswered } from '../../shared/zookeeper/errors.js';
import { changeSettings, type SettingChanges } from '../../shared/zookeeper/settings.js';

const SESSION_TIMEOUT_MS = 2_000;
const WRITE_MS = 30_000;
const POLL_MS = 50;

export class SettingsWriter {
  private readonly zk: ZooKeeper;

  /** @param servers `host:port,host:port,…` */
  constructor(
    servers: string,
    private readonly signal: AbortSignal,
  ) {
    this.zk = new ZooKeeper({ servers, sessionTimeoutMs: SESSION_TIMEOUT_MS });
    this.zk.start();
  }

  writePeriod(periodMs: number): Promise<void> {
    return this.write({ samplingPeriod: String(periodMs / 1_000), apiUrl: null });
  }

  writeApiUrl(apiUrl: string): Promise<void> {
    return this.write({ samplingPeriod: null, apiUrl });
  }

  close(): Promise<void> {
    return this.zk.close();
  }

  /** @throws Error when no majority answers within half a minute. */
  private async write(changes: SettingChanges): Promise<void> {
    await waitUntil(() => this.tryToWrite(changes), {
      deadlineMs: WRITE_MS,
      pollMs: POLL_MS,
      signal: this.signal,
      toError: () => new Error('the settings cannot be written: no majority answers'),
    });
  }

  /** A write without an answer may have happened; its repetition then has another version. */
  private async tryToWrite(changes: SettingChanges): Promise<boolean> {
    try {
      await changeSettings(this.zk, changes);
      return true;
    } catch (error) {
      const isTransient =
        isUnanswered(error) || isRefusal(error, 'BAD_VERSION') || isRefusal(error, 'NODE_EXISTS');
      if (isTransient) return false;
      throw error;
    }
  }
}
