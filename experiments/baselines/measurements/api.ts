/**
 * The published measurement rounds, the API: appends every mean that it receives. It has no fence
 * and keeps the series in memory.
 */
import { z } from 'zod';
import { loadConfig } from '../../../shared/config.js';
import { MEAN_PATH } from '../../../shared/contracts/measurements.js';
import { requireToken } from '../../../shared/http/auth.js';
import { parse } from '../../../shared/http/http.js';
import { runBaseline, tokensOf } from '../process.js';
import { PUBLISHED_API_OPTIONS } from './options.js';

/** As published, `dato` alone; the other numbers are only returned to the lab's judge. */
const meanQuery = z.object({
  dato: z.coerce.number(),
  round: z.coerce.number().int(),
  epoch: z.coerce.number().int(),
  devices: z.coerce.number().int(),
});
const seriesQuery = z.object({ last: z.coerce.number().int().min(1).default(100) });

await runBaseline(
  () => loadConfig(PUBLISHED_API_OPTIONS, process.env),
  (app, config) => {
    const rounds: unknown[] = [];
    app.get(MEAN_PATH, requireToken(tokensOf(config), ['internal']), (request, response) => {
      const { dato: mean, ...labels } = parse(meanQuery, request.query, 'query');
      rounds.push({ mean, ...labels, at: new Date().toISOString() });
      response.json({ kept: true });
    });
    app.get('/series', (request, response) => {
      const { last } = parse(seriesQuery, request.query, 'query');
      response.json({ rounds: rounds.slice(-last) });
    });
    return Promise.resolve(() => undefined);
  },
);
