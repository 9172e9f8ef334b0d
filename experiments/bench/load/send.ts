/** One request with the least work on our side: undici's `dispatch`, the answer's status and, where it is wanted, its text. */
import type { Pool } from 'undici';
import type { Request, Target } from './target.js';

export interface Answer {
  status: number;
  /** Empty when it was not wanted. */
  text: string;
}

/** @throws Error when there was no answer. */
export function send(pool: Pool, { path }: Target, { headers, body }: Request, wantsText: boolean): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let status = 0;
    pool.dispatch({ path, method: 'POST', headers, body }, {
      onRequestStart: () => undefined,
      onResponseStart: (_controller, code) => {
        status = code;
      },
      onResponseData: (_controller, chunk) => {
        if (wantsText) chunks.push(chunk);
      },
      onResponseEnd: () => resolve({ status, text: Buffer.concat(chunks).toString() }),
      onResponseError: (_controller, error) => reject(error),
    });
  });
}
