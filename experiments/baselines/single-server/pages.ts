/**
 * The public pages of the single server: the landing page, the form of the identification and the
 * exit pass. Handlers, pages and reads are those of patients, so that a page costs the same. The
 * sessions are in the memory of this process, because no other process needs them.
 */
import type { Express } from 'express';
import { ALWAYS_ACCEPTING } from '../../../patients/accept/acceptance.js';
import type { PatientsConfig } from '../../../patients/config.js';
import { createPrisma } from '../../../patients/records/prisma.js';
import { createRecords } from '../../../patients/records/records.js';
import { createGuards } from '../../../patients/web/guards.js';
import { showIdentify } from '../../../patients/web/identify.js';
import { showLanding } from '../../../patients/web/landing.js';
import { BoundedMemoryStore } from '../../../patients/web/memory-store.js';
import { showPass } from '../../../patients/web/pass.js';
import { createSessionsIn } from '../../../patients/web/session.js';
import { systemClock } from '../../../shared/clock.js';
import type { Logger } from '../../../shared/observability/logger.js';
import { schemaOf } from '../../../shared/postgres/connection-settings.js';
import type { Pool } from '../../../shared/postgres/postgres.js';

/** Mounts the pages. @returns a function that closes what they read from. */
export function mountPages(
  app: Express,
  { config, pool, logger }: { config: PatientsConfig; pool: Pool; logger: Logger },
): () => Promise<void> {
  const clock = systemClock;
  const prisma = createPrisma(pool, schemaOf(config.databaseUrl));
  const records = createRecords(prisma, pool, config.timeZone);
  const store = new BoundedMemoryStore(config.sessionsMax, clock);
  const sessions = createSessionsIn(store, { ...config, sessionStore: 'memory' }, logger);
  const { page, session, formToken } = createGuards({
    config,
    sessions,
    acceptance: ALWAYS_ACCEPTING,
  });
  app.get('/', page(showLanding(config)));
  app.get('/bill/identify', session, formToken, page(showIdentify));
  app.get('/passes/:id', page(showPass({ config, records, clock })));
  return () => prisma.$disconnect();
}
