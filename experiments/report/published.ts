/** The published result: five trials of 230 requests, with ten forced failures in each. */
export const PUBLISHED_TRIALS = [
  { sent: 230, succeeded: 229 },
  { sent: 230, succeeded: 229 },
  { sent: 230, succeeded: 227 },
  { sent: 230, succeeded: 225 },
  { sent: 230, succeeded: 229 },
] as const;

export const PUBLISHED_TOTAL = { sent: 1150, succeeded: 1139 } as const;
