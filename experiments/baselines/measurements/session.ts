/**
 * The ZooKeeper session of a published device: it ends with its first connection. The library
 * would connect to another member; the published clients could not, so its reconnection is off.
 */
import zookeeper, { type Client, type Stat } from 'node-zookeeper-client';

type Done<T> = (error: unknown, value: T) => void;

export class SessionLost extends Error {
  constructor() {
    super('the connection to the ensemble is lost');
  }
}

export class PublishedSession {
  private readonly client: Client;
  private readonly failures = new Set<(error: SessionLost) => void>();
  private isLost = false;

  constructor(members: string, sessionTimeout: number) {
    this.client = zookeeper.createClient(members, { sessionTimeout, spinDelay: 100, retries: 0 });
  }

  /** Tries the members in turn until one accepts the session. */
  async open(): Promise<void> {
    const { client } = this;
    await new Promise<void>((resolve) => {
      client.once('connected', resolve);
      client.connect();
    });
    const { connectionManager } = client as unknown as { connectionManager: { connect(): void } };
    connectionManager.connect = () => undefined;
    client.once('disconnected', () => this.lose());
  }

  close(): void {
    this.client.close();
  }

  makePath(path: string): Promise<string> {
    return this.call((done) => this.client.mkdirp(path, done));
  }

  /** @returns the path with its sequence number. */
  stand(path: string, data: string): Promise<string> {
    const mode = zookeeper.CreateMode.EPHEMERAL_SEQUENTIAL;
    return this.call((done) => this.client.create(path, Buffer.from(data), mode, done));
  }

  listChildren(path: string): Promise<string[]> {
    return this.call<string[]>((done) => this.client.getChildren(path, done));
  }

  /** Null: there is no such node. */
  async read(path: string): Promise<{ text: string; stat: Stat } | null> {
    let stat: Stat | null = null;
    const data = await this.call<Buffer | null>((done) =>
      this.client.getData(path, (error, value, found) => {
        stat = found;
        if (isMissing(error)) done(null, null);
        else done(error, value);
      }),
    );
    return stat === null || data === null ? null : { text: data.toString(), stat };
  }

  /** Creates or overwrites a node. */
  async write(path: string, text: string, mode = zookeeper.CreateMode.PERSISTENT): Promise<void> {
    const data = Buffer.from(text);
    const exists = (await this.read(path)) !== null;
    if (exists) await this.call((done) => this.client.setData(path, data, done));
    else await this.call((done) => this.client.create(path, data, mode, done));
  }

  writeEphemeral(path: string, text: string): Promise<void> {
    return this.write(path, text, zookeeper.CreateMode.EPHEMERAL);
  }

  remove(path: string): Promise<void> {
    return this.call<void>((done) => this.client.remove(path, (error) => done(error, undefined)));
  }

  private lose(): void {
    this.isLost = true;
    for (const fail of this.failures) fail(new SessionLost());
  }

  /** @throws SessionLost when the connection ends before the answer. */
  private call<T>(run: (done: Done<T>) => void): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      if (this.isLost) return reject(new SessionLost());
      this.failures.add(reject);
      run((error, value) => {
        this.failures.delete(reject);
        if (error) reject(this.isLost ? new SessionLost() : (error as Error));
        else resolve(value);
      });
    });
  }
}

const isMissing = (error: unknown): boolean =>
  (error as { code?: number } | null)?.code === zookeeper.Exception.NO_NODE;
