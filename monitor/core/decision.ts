/** What the monitor makes of it, in one sentence. Written to the log when it changes, shown in the console. */
import type { Ballot, State } from './types.js';
import { majority } from './quorum.js';

const votes = (ballot: Ballot, monitors: number): string =>
  `${ballot.votes ?? 'no'} fresh votes, ${majority(monitors)} of ${monitors} are needed`;

/** One sentence for a state; equal states have equal sentences. */
export function decisionOf(state: State): string {
  const { phase, settings, leadership } = state;
  const leader = leadership?.leader ?? 'nobody';
  const term = leadership?.term ?? 0;
  switch (phase.name) {
    case 'observing':
      return leadership ? 'Nobody leads and nobody may stand yet; waiting for a replica.' : 'Who leads is not known yet; reading the database.';
    case 'watching':
      return `${leader} leads in term ${term}; watching.`;
    case 'confirming':
      return `${leader} closed its connection; asking whether it still lives.`;
    case 'voting':
      return `An election, because ${phase.verdict.reason}; ${votes(phase.ballot, settings.monitors.length)}.`;
    case 'no-candidate':
      return `There should be an election, because ${phase.verdict.reason}; but nobody is up and ready.`;
    case 'promoting':
      return `${leader} was elected in term ${term}; waiting for it to say so.`;
    case 'handing-over':
      return phase.stage === 'moving'
        ? `${leader} stood down; moving the term.`
        : `${leader} finishes what it has begun before it hands over: ${phase.request.reason}.`;
    case 'doubting':
      return 'This monitor was late or its clock jumped; it observes and does not act.';
  }
}
