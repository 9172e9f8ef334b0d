/** Starts a device: HTTP → ZooKeeper → loop. An ensemble that cannot be reached delays nothing. */
import { sleep } from '../../shared/clock.js';
import { SAMPLING_PERIOD } from '../../shared/contracts/measurements.js';
import { closeServer, listen } from '../../shared/http/http.js';
import type { Logger } from '../../shared/observability/logger.js';
import type { ShutdownStep } from '../../shared/shutdown.js';
import { ZooKeeper, type ConnectionState } from '../../shared/zookeeper/client.js';
import { ApiClient } from './api-client.js';
import { createDeviceApp, type DeviceFaults } from './app.js';
import type { DeviceConfig } from './config.js';
import { Device } from './device.js';
import { measureConnection, reconnectsTotal, sessionsTotal } from './metrics.js';
import { ReplicaMeter } from './replica-meter.js';
import { StepRunner } from './step-runner.js';

/** Logs and counts each change of the connection, and notifies the device. */
function followConnection(logger: Logger, onChange: (state: ConnectionState) => void) {
  let before: ConnectionState = 'closed';
  return (state: ConnectionState, reason: string): void => {
    const level =
      state === 'suspended' || state === 'lost' || state === 'expired' ? 'warn' : 'info';
    logger[level]({ state, reason }, `ZooKeeper ${state}`);
    if (state === 'connecting') sessionsTotal.inc();
    else if (state === 'connected' && before !== 'connecting') reconnectsTotal.inc();
    before = state;
    measureConnection(state);
    onChange(state);
  };
}

/** @throws Error when the port is in use. */
export async function startDevice(
  config: DeviceConfig,
  logger: Logger,
): Promise<{ steps: ShutdownStep[] }> {
  const { id, replicaUrl, internalToken, callTimeoutMs: timeoutMs, sessionTimeoutMs } = config;
  const faults: DeviceFaults = { pauseBeforeSendMs: 0 };
  const zk = new ZooKeeper({
    servers: config.zookeeper,
    sessionTimeoutMs,
    onState: followConnection(logger, (state) => device.onConnection(state)),
  });
  const steps: StepRunner = new StepRunner({
    device: id,
    zk,
    api: new ApiClient({ token: internalToken, timeoutMs }),
    meter: new ReplicaMeter({ replicaUrl, timeoutMs }),
    logger,
    mayAct: () => device.mayAct(),
    beforeSend: () => sleep(faults.pauseBeforeSendMs),
  });
  const device: Device = new Device({
    id,
    zk,
    steps,
    logger,
    defaults: { periodMs: SAMPLING_PERIOD.default * 1_000, apiUrl: config.apiUrl },
    apiHosts: config.apiHosts,
    ownClock: config.ownClock,
  });
  const ready = () => ({ zookeeper: zk.state === 'connected', candidate: device.isCandidate });
  const app = createDeviceApp({
    internalToken,
    logger,
    ready,
    faults: config.faults ? faults : null,
  });
  const server = await listen(app, config.port, config.host);
  zk.start();
  const running = device.run();
  logger.info({ port: config.port, zookeeper: config.zookeeper }, `${id} is ready`);
  return {
    steps: [
      { name: 'stop the rounds', run: () => device.stop() },
      { name: 'end the session', run: () => zk.close() },
      { name: 'finish the last step', run: () => running },
      { name: 'stop listening', run: () => closeServer(server) },
    ],
  };
}
