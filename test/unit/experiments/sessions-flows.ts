/** Flows, and a whole matrix of cells, for the tests of the experiment sessions. */
import type { FlowStep, FlowStepName } from '../../../experiments/balancer/flow-steps.js';

export const ALL = { engines: null, affinity: null, stores: null, faults: null, quick: false };

export const toStep = (name: FlowStepName, changes: Partial<FlowStep> = {}): FlowStep => ({
  name,
  status: 200,
  instance: 'patients_1',
  startMs: 0,
  durationMs: 10,
  error: null,
  sessionLost: false,
  ...changes,
});

export const LOST = { status: 303, error: 'SESSION_LOST', sessionLost: true };

export const NO_ANSWER = { status: null, instance: null, error: 'ECONNRESET' };
