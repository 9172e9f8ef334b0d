/** A session gets a new id: the store may fail between the two writes. */
import type { Request } from 'express';
import { renewSession } from '../../../patients/web/session.js';

type Done = (error?: unknown) => void;

/** A request with the stored session `old`; the store fails in the named call. */
function makeRequest(failing: 'save' | 'destroy' | null): { request: Request; ids: Set<string> } {
  const ids = new Set(['old']);
  const answer = (call: 'save' | 'destroy', work: () => void, done: Done): void => {
    if (call === failing) return done(new Error('no memory'));
    work();
    done();
  };
  const makeSession = (id: string): object => ({
    cookie: {},
    save: (done: Done) => answer('save', () => ids.add(id), done),
    regenerate: () => undefined,
  });
  const request = {
    sessionID: 'old',
    session: { ...makeSession('old'), views: 3, staff: true },
    sessionStore: {
      generate: (to: { sessionID: string; session: object }): void => {
        to.sessionID = 'new';
        to.session = makeSession('new');
      },
      destroy: (id: string, done: Done) => answer('destroy', () => ids.delete(id), done),
    },
  };
  return { request: request as unknown as Request, ids };
}

const renew = (request: Request): Promise<void> => renewSession(request, { patientId: 'p' }, 1_000);

test('stores the new session with its contents and the visits, and deletes the old one', async () => {
  const { request, ids } = makeRequest(null);
  await renew(request);
  expect([...ids]).toEqual(['new']);
  expect(request.session).toMatchObject({ patientId: 'p', views: 3, form: true });
  expect(request.session.staff).toBeUndefined();
});

test.each(['save', 'destroy'] as const)('keeps the old session when %s fails', async (failing) => {
  const { request, ids } = makeRequest(failing);
  await expect(renew(request)).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  expect(ids).toContain('old');
  expect([request.sessionID, request.session.staff]).toEqual(['old', true]);
});
