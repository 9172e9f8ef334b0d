/** The rules of the simulator: I1 to I8 and I10, and the promises of the monitor's page. */
export const RULE_TEXTS = {
  I1: 'one outcome',
  I2: 'accepted means durable',
  I3: 'a term is used once, grows, and has one leader',
  I4: 'nothing is written under a stale term',
  I5: 'the queue may lose all its data',
  I6: 'charged once, and as recorded',
  I7: 'order, after a hand-over and after a retry',
  I8: 'stop when unsure, and only then',
  I10: 'captures, voids and refunds stay within their payment',
  early: 'a successor charges nothing that the leader has in flight, and nothing behind that',
  quorum: 'a majority of the configured monitors deposes a leader',
  patience:
    'a payment is given up only after a long failure, and only calls that were made count as attempts',
  maintenance: 'a replica that is drained or in maintenance is never elected',
  doubt: 'a monitor that was late, or whose clock jumped, observes and does not act',
  calm: 'while everything is only late: as many hand-overs as kills, and time for each new leader',
  liveness: 'when faults stop, one replica leads and every payment is final',
  fair: 'a due payment does not wait while later ones of its patient are in work',
  restraint: 'the relay does not enqueue without effect as fast as it can',
  crash: 'the code under test does not throw',
} as const;
export type RuleName = keyof typeof RULE_TEXTS;

export interface Breach {
  rule: RuleName;
  text: string;
}
