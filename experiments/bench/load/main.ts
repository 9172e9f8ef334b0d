/** The load generator: a process of its own, so that what it takes is told apart from what it measures. */
import { serve } from '../programs/serve.js';
import { sendBatches } from './batches.js';
import { closedLoop, openLoop } from './loops.js';

serve({ batches: sendBatches, closed: closedLoop, open: openLoop });
