/**
 * Describes the monitor's decision in one sentence. The monitor logs changes, and the console shows
 * the sentence.
 */
import type { Ballot, State } from './types.js';
import { getMajority } from './quorum.js';

const formatVotes = (ballot: Ballot, monitors: number): string =>
  `${ballot.votes ?? 'no'} fresh votes, ${getMajority(monitors)} of ${monitors} are needed`;

/** One sentence for a state; equal states have equal sentences. */
export function describeDecision(state: State): string {
  const { phase, settings, leadership } = state;
  const leader = leadership?.leader ?? 'no replica';
  const term = leadership?.term ?? 0;
  switch (phase.name) {
    case 'observing':
      return leadership
        ? 'There is no leader and no candidate yet; waiting for a replica.'
        : 'The leader is not known yet; reading the database.';
    case 'watching':
      return `${leader} leads in term ${term}; watching.`;
    case 'confirming':
      return `${leader} closed its connection; pinging it again.`;
    case 'voting':
      return `Voting, because ${phase.verdict.reason}; ${formatVotes(phase.ballot, settings.monitors.length)}.`;
    case 'no-candidate':
      return `No replica is available; payments wait. An election is needed, because ${phase.verdict.reason}.`;
    case 'promoting':
      return `${leader} was elected in term ${term}; waiting for its confirmation.`;
    case 'handing-over':
      return phase.stage === 'moving'
        ? `${leader} stood down; moving the term.`
        : `${leader} finishes its payments in flight before it hands over: ${phase.request.reason}.`;
    case 'doubting':
      return 'This monitor was late or its clock jumped; it observes and does not act.';
  }
}
