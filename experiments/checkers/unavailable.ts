/**
 * Unavailable: the keys of requests without a row SUCCEEDED and a response in time; these requests
 * reduce the availability.
 */
import { isAvailable } from '../record/trial-summary.js';
import type { Indexed } from './recorded.js';

export const findUnavailable = ({ requests, rowById }: Indexed, deadlineMs: number): string[] => {
  const keys: string[] = [];
  for (const request of requests)
    if (!isAvailable(request, rowById, deadlineMs)) keys.push(request.key);
  return keys;
};
