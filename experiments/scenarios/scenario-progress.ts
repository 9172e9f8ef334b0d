/** The progress line of a declared scenario. Pure, except for the memory size of this process. */
import type { CurrentLeader } from '../system/system-under-test.js';

export interface ScenarioProgress {
  sent: number;
  payments: number;
  ratePerSec: number;
  faults: { done: number; planned: number };
  leader: CurrentLeader;
}

/** At most 80 columns: payments, faults, the leader, memory of the lab, time left. */
export function formatScenarioProgress({
  sent,
  payments,
  ratePerSec,
  faults,
  leader,
}: ScenarioProgress): string {
  const leads = leader.leader === null ? 'no leader' : `${leader.leader} term ${leader.term}`;
  const memory = `${Math.round(process.memoryUsage.rss() / 2 ** 20)} MB`;
  return `${sent}/${payments} payments · ${faults.done}/${faults.planned} faults · ${leads} · ${memory} · ${left((payments - sent) / ratePerSec)} left`;
}

/** `1 h 05 min`, `4 min 10 s`, `9 s`. */
function left(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  const two = (value: number): string => String(value).padStart(2, '0');
  if (whole >= 3600)
    return `${Math.floor(whole / 3600)} h ${two(Math.floor((whole % 3600) / 60))} min`;
  return whole >= 60 ? `${Math.floor(whole / 60)} min ${two(whole % 60)} s` : `${whole} s`;
}
