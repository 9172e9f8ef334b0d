/**
 * Two proxies before the API of the measurements. The devices send their means to one of them; the
 * lab holds back the requests in transit in one and leads the devices to the other.
 */
import { MEAN_PATH } from '../../shared/contracts/measurements.js';
import { LinkProxy } from '../network/link-proxy.js';

export class ApiDoors {
  private constructor(
    private current: LinkProxy,
    private spare: LinkProxy,
  ) {}

  /** @param port of the API. */
  static async open(port: number): Promise<ApiDoors> {
    const [current, spare] = [await LinkProxy.open(() => port), await LinkProxy.open(() => port)];
    return new ApiDoors(current, spare);
  }

  /** The proxy in use. */
  get proxy(): LinkProxy {
    return this.current;
  }

  /** The setting `api_url` for the proxy in use. */
  get meanUrl(): string {
    return `http://127.0.0.1:${this.current.port}${MEAN_PATH}`;
  }

  /** The other proxy is in use from now on. */
  change(): void {
    [this.current, this.spare] = [this.spare, this.current];
  }

  async close(): Promise<void> {
    await Promise.all([this.current.close(), this.spare.close()]);
  }
}
