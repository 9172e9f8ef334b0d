/**
 * Defines the faults of the stand-alone gateway, and how it answers a charge while a fault is
 * active.
 */
import type { Response } from 'express';
import { Readable } from 'node:stream';
import { z } from 'zod';
import type { Charge } from '../shared/contracts/gateway.js';

/** The faults. Counts go down by one at each injection. */
export const gatewayFaults = z.strictObject({
  /** Answers 503 to everything. */
  down: z.boolean(),
  /** Added to every charge, in ms. */
  slowMs: z.int().min(0).max(60_000),
  /** The next charges are refused with 503 and not made. */
  refuseCharges: z.int().min(0),
  /** The next charges are refused with 429 and `Retry-After: 1`, and not made. */
  limitCharges: z.int().min(0),
  /** The issuer declines every new charge, regardless of its key. */
  declineAll: z.boolean(),
  /** The next charges are made, and the connection is closed instead of answered. */
  loseAnswers: z.int().min(0),
  /** Charges are made and answered at one byte per half second. */
  dripAnswers: z.boolean(),
  /** Charges are made, and each is answered with 64 MB. */
  hugeAnswers: z.boolean(),
  /** Ignores that a key was used: money moves again. */
  ignoreKeys: z.boolean(),
});
export type GatewayFaults = z.infer<typeof gatewayFaults>;
export const NO_FAULTS: GatewayFaults = {
  down: false,
  slowMs: 0,
  refuseCharges: 0,
  limitCharges: 0,
  declineAll: false,
  loseAnswers: 0,
  dripAnswers: false,
  hugeAnswers: false,
  ignoreKeys: false,
};

/** Whether the gateway accepts a new charge now. */
export const canCharge = ({ down, refuseCharges }: GatewayFaults): boolean =>
  !down && refuseCharges === 0;

const DRIP_MS = 500;
const HUGE_BYTES = 64 * 1_048_576;
const CHUNK = Buffer.alloc(65_536, ' ');

/** Sends one byte every half second, until the client closes the connection. */
function drip(response: Response, text: string): void {
  const bytes = Buffer.from(text);
  let sent = 0;
  response.type('json').flushHeaders();
  const timer = setInterval(() => {
    response.write(bytes.subarray(sent, sent + 1));
    sent += 1;
    if (sent === bytes.length) response.end();
  }, DRIP_MS);
  response.once('close', () => clearInterval(timer));
}

/** Sends blanks before the charge: valid JSON, and far too long. */
function sendHuge(response: Response, text: string): void {
  const parts = function* (): Generator<Buffer | string> {
    for (let sent = 0; sent < HUGE_BYTES; sent += CHUNK.length) yield CHUNK;
    yield text;
  };
  const body = Readable.from(parts());
  body.on('error', () => undefined);
  response.once('close', () => body.destroy());
  body.pipe(response.type('json'));
}

/** Sends a charge that was made, or fails as the faults require. */
export function sendCharge(response: Response, charge: Charge, faults: GatewayFaults): void {
  if (faults.loseAnswers > 0) {
    faults.loseAnswers -= 1;
    response.socket?.destroy();
  } else if (faults.dripAnswers) drip(response, JSON.stringify(charge));
  else if (faults.hugeAnswers) sendHuge(response, JSON.stringify(charge));
  else response.json(charge);
}
