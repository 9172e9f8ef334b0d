/**
 * Calls of a leading device to the measurements API. Every refusal that a repetition cannot change
 * is an answer of its own; everything else is `failed`: the call may have had its effect.
 */
import {
  epochAnswer,
  EPOCHS_PATH,
  leadingAnswer,
  type LeadingAnswer,
  MEAN_PATH,
  type MeanRefusal,
} from '../../shared/contracts/measurements.js';
import { askText } from '../../shared/record/ask-json.js';
import type { Mean } from '../core/types.js';

export interface ApiClientOptions {
  token: string;
  /** Time limit of one call, in ms. */
  timeoutMs: number;
}

export type AnnounceResult = 'confirmed' | 'old-epoch' | 'failed';
export type SendResult = 'kept' | 'round-kept' | 'old-epoch' | 'refused' | 'failed';

/** The result, and the code or the error as a clause for the log. */
interface ApiAnswer<T> {
  result: T;
  detail: string;
}

const toCode = (text: string): string => {
  try {
    return String((JSON.parse(text) as { code?: unknown }).code);
  } catch {
    return 'no problem document';
  }
};

const toSendResult = (status: number, code: string): SendResult => {
  if (status === 200) return 'kept';
  if (status === 409 && code === ('OLD_EPOCH' satisfies MeanRefusal)) return 'old-epoch';
  if (status === 409 && code === ('ROUND_KEPT' satisfies MeanRefusal)) return 'round-kept';
  return status === 400 ? 'refused' : 'failed';
};

const toEpochsUrl = (apiUrl: string): string =>
  `${apiUrl.slice(0, -MEAN_PATH.length)}${EPOCHS_PATH}`;

export class ApiClient {
  constructor(private readonly options: ApiClientOptions) {}

  /** The highest epoch and the last round of the API; null: no answer. */
  async readLeading(apiUrl: string): Promise<LeadingAnswer | null> {
    try {
      const { status, text } = await askText(toEpochsUrl(apiUrl), this.options);
      return status === 200 ? leadingAnswer.parse(JSON.parse(text)) : null;
    } catch {
      return null;
    }
  }

  /** Raises the fence of the API to this epoch. */
  async announce(
    apiUrl: string,
    body: { epoch: number; device: string },
  ): Promise<ApiAnswer<AnnounceResult>> {
    try {
      const question = { ...this.options, method: 'POST', body } as const;
      const { status, text } = await askText(toEpochsUrl(apiUrl), question);
      if (status === 200) {
        const confirmed = epochAnswer.parse(JSON.parse(text)).epoch === body.epoch;
        return { result: confirmed ? 'confirmed' : 'failed', detail: 'OK' };
      }
      const code = toCode(text);
      const isOld = toSendResult(status, code) === 'old-epoch';
      return { result: isOld ? 'old-epoch' : 'failed', detail: `${status} ${code}` };
    } catch (error) {
      return { result: 'failed', detail: (error as Error).message };
    }
  }

  async send(apiUrl: string, mean: Mean): Promise<ApiAnswer<SendResult>> {
    const query = new URLSearchParams({
      dato: String(mean.mean),
      round: String(mean.round),
      epoch: String(mean.epoch),
      devices: String(Object.keys(mean.values).length),
    });
    try {
      const { status, text } = await askText(`${apiUrl}?${query.toString()}`, this.options);
      const code = status === 200 ? 'OK' : toCode(text);
      return { result: toSendResult(status, code), detail: `${status} ${code}` };
    } catch (error) {
      return { result: 'failed', detail: (error as Error).message };
    }
  }
}
