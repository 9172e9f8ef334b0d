/**
 * The load generator: a separate process, so that its CPU time is separate from that of the
 * measured system.
 */
import { serve } from '../programs/serve.js';
import { sendBatches } from './batches.js';
import { runClosedLoop, runOpenLoop } from './loops.js';

serve({ batches: sendBatches, closed: runClosedLoop, open: runOpenLoop });
