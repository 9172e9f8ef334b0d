/**
 * Gauges of the patients instances and of the load balancer, read at each scrape from the known
 * status. The label is `member`, because Prometheus uses the label `instance` for the scraped
 * address. An unknown value has no sample, because 0 would be wrong.
 */
import { ADMIN_STATES } from '../../shared/contracts/leadership.js';
import type { Status } from '../../shared/contracts/status.js';
import { gauge } from '../../shared/observability/metrics.js';

type Instances = Pick<Status, 'patients' | 'balancer'>;

let source: () => Instances = () => ({ patients: [], balancer: null });

/** Sets the source of the values. */
export const measureInstances = (read: () => Instances): void => void (source = read);

gauge(
  'relevo_instance_alive',
  '1 while this monitor holds the patients instance to be alive.',
  ['member'],
  function () {
    this.reset();
    for (const { id, observed } of source().patients)
      this.set({ member: id }, observed === 'alive' ? 1 : 0);
  },
);
gauge(
  'relevo_instance_state',
  '1 for the administrative state of the patients instance, 0 for the others.',
  ['member', 'state'],
  function () {
    this.reset();
    for (const { id, admin } of source().patients)
      for (const state of ADMIN_STATES) this.set({ member: id, state }, state === admin ? 1 : 0);
  },
);
gauge(
  'relevo_balancer_up',
  '1 while the load balancer answers this monitor, else 0. No sample: there is no load balancer.',
  [],
  function () {
    const { balancer } = source();
    if (balancer) this.set(balancer.answers ? 1 : 0);
    else this.remove();
  },
);
gauge(
  'relevo_balancer_instance_up',
  '1 while the checks of the load balancer find the patients instance ready, else 0. No sample: the load balancer does not answer or does not check it.',
  ['member'],
  function () {
    this.reset();
    for (const { id, balancer } of source().patients)
      if (balancer !== 'unknown') this.set({ member: id }, balancer === 'up' ? 1 : 0);
  },
);
