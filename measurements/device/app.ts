/**
 * The HTTP interface of a device: `/livez`, `/readyz`, `/metrics`, and with FAULTS=on a switch for
 * experiments, which needs the internal token.
 */
import type { Express } from 'express';
import { z } from 'zod';
import { requireToken } from '../../shared/http/auth.js';
import { createApp, finishApp, parse } from '../../shared/http/http.js';
import type { Logger } from '../../shared/observability/logger.js';

/** Faults of a device. Each call sets the whole state: an omitted fault is healed. */
const deviceFaults = z.strictObject({
  /** Pause between the decision to send a mean and the sending, in ms. */
  pauseBeforeSendMs: z.int().min(0).max(60_000).default(0),
});
export type DeviceFaults = z.infer<typeof deviceFaults>;

export interface DeviceAppOptions {
  internalToken: string;
  logger: Logger;
  ready: () => { zookeeper: boolean; candidate: boolean };
  /** Null: fault switches do not exist. */
  faults: DeviceFaults | null;
}

export function createDeviceApp({
  internalToken,
  logger,
  ready,
  faults,
}: DeviceAppOptions): Express {
  const tokens = { api: internalToken, operator: internalToken, internal: internalToken };
  const internal = requireToken(tokens, ['api', 'internal']);
  const app = createApp({
    logger,
    bodyLimit: '16kb',
    ready,
    beforeBodies: (early) => void early.use(internal),
  });
  if (faults) {
    app.get('/faults', (_request, response) => void response.json(faults));
    app.post('/faults', (request, response) => {
      Object.assign(faults, parse(deviceFaults, request.body, 'body'));
      response.json(faults);
    });
  }
  return finishApp(app, logger);
}
