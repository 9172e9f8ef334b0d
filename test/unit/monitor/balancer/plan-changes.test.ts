import type { MemberState } from '../../../../shared/balancer/control.js';
import type { AdminState } from '../../../../shared/contracts/leadership.js';
import { isLastInService, planChanges } from '../../../../monitor/balancer/plan-changes.js';

const member = (
  name: string,
  admin: AdminState = 'ready',
  observed: MemberState['observed'] = 'up',
): MemberState => ({ name, admin, observed, detail: '' });

describe('the states to set in the balancer', () => {
  test('are those that differ from the record', () => {
    const wanted = [
      { id: 'a', admin: 'drain' },
      { id: 'b', admin: 'maint' },
      { id: 'c', admin: 'ready' },
    ] as const;
    const states = [member('a'), member('b', 'maint'), member('c', 'drain')];
    expect(planChanges(wanted, states)).toEqual([
      { member: 'a', from: 'ready', to: 'drain' },
      { member: 'c', from: 'drain', to: 'ready' },
    ]);
  });

  test('are none once they were set, so that several monitors may set them', () => {
    const wanted = [{ id: 'a', admin: 'drain' }] as const;
    expect(planChanges(wanted, [member('a', 'drain')])).toEqual([]);
  });

  test('do not include an instance without a record, or a record without an instance', () => {
    expect(planChanges([{ id: 'gone', admin: 'maint' }], [member('a', 'drain')])).toEqual([]);
  });
});

describe('the last instance in service', () => {
  test.each<[string, AdminState, readonly MemberState[], boolean]>([
    ['another is ready', 'drain', [member('a'), member('b')], false],
    ['it is the only one', 'drain', [member('a')], true],
    ['the other is drained', 'maint', [member('a'), member('b', 'drain')], true],
    ['the other is down', 'drain', [member('a'), member('b', 'ready', 'down')], true],
    ['the other is not checked', 'drain', [member('a'), member('b', 'ready', 'unknown')], false],
    ['it is down itself', 'maint', [member('a', 'ready', 'down'), member('b', 'drain')], false],
    ['it is drained already', 'maint', [member('a', 'drain'), member('b')], false],
    ['it returns to service', 'ready', [member('a')], false],
  ])('when %s, %s for it would leave none: %#', (_what, state, states, isLast) => {
    expect(isLastInService('a', state, states)).toBe(isLast);
  });
});
