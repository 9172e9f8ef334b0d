/**
 * Sends one request with the least overhead in the client: undici's `dispatch`, the status of the
 * response and, if requested, its text.
 */
import type { Pool } from 'undici';
import type { HttpRequest, HttpTarget } from './target.js';

export interface HttpAnswer {
  status: number;
  /** Empty when not requested. */
  text: string;
}

/** @throws Error without a response. */
export function send(
  pool: Pool,
  { path }: HttpTarget,
  { headers, body }: HttpRequest,
  wantsText: boolean,
): Promise<HttpAnswer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let status = 0;
    pool.dispatch(
      { path, method: 'POST', headers, body },
      {
        onRequestStart: () => undefined,
        onResponseStart: (_controller, code) => {
          status = code;
        },
        onResponseData: (_controller, chunk) => {
          if (wantsText) chunks.push(chunk);
        },
        onResponseEnd: () => resolve({ status, text: Buffer.concat(chunks).toString() }),
        onResponseError: (_controller, error) => reject(error),
      },
    );
  });
}
