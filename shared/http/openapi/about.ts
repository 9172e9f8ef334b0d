/** Schema of the answer of `/openapi.json`, as far as readers need it. */
import { z } from 'zod';

export const openApi = z.looseObject({
  openapi: z.string(),
  info: z.looseObject({ title: z.string(), version: z.string() }),
  paths: z.record(z.string(), z.unknown()),
});

export const OPEN_API_EXAMPLE = {
  openapi: '3.1.0',
  info: { title: 'Relevo', version: '0.1.0' },
  paths: {},
};
