/** Unavailable: requests, by their keys, that did not end with SUCCEEDED in time and in the record: those that availability lacks. */
import { isAvailable } from '../trial-summary.js';
import type { Indexed } from './recorded.js';

export const unavailable = ({ requests, rowById }: Indexed, deadlineMs: number): string[] => {
  const keys: string[] = [];
  for (const request of requests) if (!isAvailable(request, rowById, deadlineMs)) keys.push(request.key);
  return keys;
};
