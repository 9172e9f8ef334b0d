/**
 * Starts an instance of the patients service: connections → HTTP. Stopping answers the waiting
 * requests with the current state and lets requests in progress finish.
 */
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { closeServer, listen } from '../shared/http/http.js';
import { createLogger, type Logger } from '../shared/observability/logger.js';
import type { ShutdownStep } from '../shared/shutdown.js';
import type { PatientsConfig } from './config.js';
import { openPatients, type PatientsDeps, type PatientsService } from './connect.js';
import { createPatientsApp } from './http/app.js';

/**
 * Maximum number of connections: those that may be refused at once (http/slow-reading.ts) and those
 * that are served.
 */
const CONNECTIONS_MAX = 25_000;

export interface RunningPatients {
  url: string;
  server: Server;
  deps: PatientsDeps;
  /** Shutdown steps, in order. */
  steps: ShutdownStep[];
  /** Runs the shutdown steps. Idempotent. */
  stop(): Promise<void>;
}

/** The server closes before the waits end, so that no answered client sends another request. */
function shutdownSteps(server: Server, service: PatientsService): ShutdownStep[] {
  return [
    {
      name: 'stop listening and answer the waiting requests',
      run: () => {
        const closed = closeServer(server);
        service.outcomes.release();
        service.acceptor.release();
        return closed;
      },
    },
    { name: 'close connections', run: () => service.close() },
  ];
}

/** @throws Error with one clear sentence when the port is in use. */
export async function startPatients(
  config: PatientsConfig,
  logger: Logger = createLogger('patients', config.id, config.logLevel),
): Promise<RunningPatients> {
  const service = openPatients(config, logger);
  const app = createPatientsApp(service);
  const { gate } = service.overload;
  const options = { connectionsMax: CONNECTIONS_MAX, ...(gate ? { gate } : {}) };
  const server = await listen(app, config.port, config.host, options).catch(
    async (error: unknown) => {
      await service.close();
      throw error;
    },
  );
  service.overload.watch(server);
  const { port } = server.address() as AddressInfo;
  const url = `http://${config.host}:${port}`;
  logger.info({ port }, `${config.id} is ready`);
  const steps = shutdownSteps(server, service);
  const end = async (): Promise<void> => {
    for (const step of steps) await step.run();
  };
  let ended: Promise<void> | undefined;
  return { url, server, deps: service, steps, stop: () => (ended ??= end()) };
}
