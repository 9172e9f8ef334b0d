/**
 * A device's own clock decides whether it may act as a leader. Only the ensemble can end a session,
 * and it cannot notify a device that it does not reach. So a device trusts its session for less
 * than the session time-out after the last request that was answered.
 */

export interface ConnectionAge {
  isConnected: boolean;
  /** Time since the last answered request was sent, in ms. */
  silentMs: number;
  sessionTimeoutMs: number;
}

/** Kept for the time until a request arrives; a share of the session time-out. */
const MARGIN = 0.25;

/** Whether the session certainly lives, so that no other device can lead instead. */
export const mayAct = ({ isConnected, silentMs, sessionTimeoutMs }: ConnectionAge): boolean =>
  isConnected && silentMs < sessionTimeoutMs * (1 - MARGIN);
