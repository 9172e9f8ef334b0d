/**
 * A monitor's view of a patients instance after answers, refusals and transient failures, in every
 * order.
 */
import {
  onInstanceAnswered,
  onInstanceUnanswered,
  UNSEEN_INSTANCE,
  type Instance,
} from '../../../../monitor/core/instances.js';
import type { PingFailure } from '../../../../monitor/core/kinds.js';

const FALL = 2;
const CAUSES: readonly PingFailure[] = ['refused', 'reset', 'timeout', 'error'];

/** One poll per second. */
function after(...looks: readonly (PingFailure | 'answered')[]): Instance {
  return looks.reduce<Instance>((instance, look, index) => {
    const now = (index + 1) * 1_000;
    return look === 'answered'
      ? onInstanceAnswered(instance, now)
      : onInstanceUnanswered(instance, look, now, FALL);
  }, UNSEEN_INSTANCE);
}

describe('a patients instance', () => {
  test.each(CAUSES)('that never answered remains unknown, for every cause (%s)', (cause) => {
    expect(after(cause, cause, cause)).toEqual({ observed: 'unknown', since: null, failures: 3 });
  });

  test('is alive from its first answer on', () => {
    expect(after('answered')).toEqual({ observed: 'alive', since: 1_000, failures: 0 });
    expect(after('timeout', 'answered', 'answered')).toEqual({
      observed: 'alive',
      since: 2_000,
      failures: 0,
    });
  });

  test('whose port refuses connections is suspected at once', () => {
    expect(after('answered', 'refused')).toEqual({
      observed: 'suspect',
      since: 2_000,
      failures: 1,
    });
  });

  test.each(CAUSES.filter((cause) => cause !== 'refused'))(
    'that fails once by %s is alive; after a second failure it is suspect',
    (cause) => {
      expect(after('answered', cause).observed).toBe('alive');
      expect(after('answered', cause, 'answered', cause).observed).toBe('alive');
      expect(after('answered', cause, cause, cause)).toEqual({
        observed: 'suspect',
        since: 3_000,
        failures: 3,
      });
    },
  );

  test('is alive again after one answer', () => {
    expect(after('answered', 'refused', 'refused', 'answered')).toEqual({
      observed: 'alive',
      since: 4_000,
      failures: 0,
    });
  });
});
