/** Wraps a store to count and time its votes. */
import { counter, histogram } from '../../shared/observability/metrics.js';
import type { LoopOptions } from '../loop.js';

type Store = LoopOptions['store'];

const votes = counter(
  'relevo_votes_total',
  'Votes cast, by result: an election, none yet, no answer from the database.',
  ['result'],
  [{ result: 'elected' }, { result: 'not-elected' }, { result: 'failed' }],
);
const voteSeconds = histogram(
  'relevo_vote_duration_seconds',
  'Duration of one vote-and-elect statement.',
);

async function measureVote<T extends { elected: boolean }>(vote: Promise<T>): Promise<T> {
  const stopTimer = voteSeconds.startTimer();
  try {
    const answer = await vote;
    votes.inc({ result: answer.elected ? 'elected' : 'not-elected' });
    return answer;
  } catch (error) {
    votes.inc({ result: 'failed' });
    throw error;
  } finally {
    stopTimer();
  }
}

export const withVoteMetrics = (store: Store): Store => ({
  read: () => store.read(),
  voteAndElect: (change) => measureVote(store.voteAndElect(change)),
  move: (change) => store.move(change),
  adminStates: () => store.adminStates(),
});
