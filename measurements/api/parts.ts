/** The parts of the API that its routes use. */
import type { Logger } from '../../shared/observability/logger.js';
import type { RoundStream } from './round-stream.js';
import type { SeriesStore } from './series-store.js';

export interface ApiParts {
  store: SeriesStore;
  stream: RoundStream;
  logger: Logger;
}
