/** The document describes the routes, and all its references resolve. */
import type { z } from 'zod';
import { PROBLEMS } from '../../../shared/errors.js';
import { apiRoutes } from '../../../shared/http/openapi.js';
import { problemsOf } from '../../../shared/http/openapi/problems.js';
import { offlineDocument, patientsRoutes } from '../../../patients/http/routes.js';
import type { PatientsDeps } from '../../../patients/connect.js';

const document = offlineDocument();
const routes = apiRoutes(patientsRoutes({} as PatientsDeps));
interface Operation {
  operationId: string;
  responses: Record<string, unknown>;
  security: Record<string, unknown>[];
  parameters: { name: string; in: string }[];
}
const operation = (path: string, method: string): Operation =>
  document.paths[path]?.[method] as unknown as Operation;

function references(value: unknown): string[] {
  if (value === null || typeof value !== 'object') return [];
  return Object.entries(value).flatMap(([key, member]) =>
    key === '$ref' ? [String(member)] : references(member),
  );
}

function resolves(reference: string): boolean {
  const steps = reference.replace(/^#\//, '').split('/');
  return (
    steps.reduce<unknown>(
      (at, key) => (at as Record<string, unknown> | undefined)?.[key],
      document,
    ) !== undefined
  );
}

test('every route is present, with its answers and its problems', () => {
  for (const route of routes) {
    const { operationId, responses } = operation(route.path, route.method);
    const statuses = [
      ...Object.keys(route.responses),
      ...problemsOf(route).map((code) => String(PROBLEMS[code].status)),
    ];
    expect([operationId, Object.keys(responses).sort()]).toEqual([
      route.id,
      [...new Set(statuses)].sort(),
    ]);
  }
});

test('answers that require a later retry have Retry-After, and a full backlog is among the reasons', () => {
  const { responses } = operation('/api/payments', 'post') as unknown as {
    responses: Record<string, { headers?: object; description: string }>;
  };
  expect(
    Object.entries(responses)
      .filter(([, { headers }]) => headers && 'Retry-After' in headers)
      .map(([status]) => status),
  ).toEqual(['202', '429', '503']);
  expect(responses['503']?.description).toContain('BACKLOG_FULL');
});

test('ids of operations are unique', () => {
  const ids = Object.values(document.paths).flatMap((methods) =>
    Object.values(methods).map((spec) => spec['operationId']),
  );
  expect(new Set(ids).size).toBe(ids.length);
});

test('every reference resolves, and there are some', () => {
  const all = references(document);
  expect(all.length).toBeGreaterThan(20);
  expect(all.filter((reference) => !resolves(reference))).toEqual([]);
});

test('no schema contains keys that do not belong in the document', () => {
  expect(JSON.stringify(document)).not.toMatch(/"\$(schema|id|defs)"/);
});

test('every parameter of a path is described', () => {
  for (const { path, method } of routes) {
    const inPath = operation(path, method)
      .parameters.filter((parameter) => parameter.in === 'path')
      .map(({ name }) => name);
    expect(inPath).toEqual([...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name));
  }
});

test('every route under /api needs a token, and nothing else does', () => {
  for (const { path, method } of routes)
    expect(operation(path, method).security.length > 0).toBe(path.startsWith('/api/'));
});

test('every example matches its schema', () => {
  const checks: [schema: z.ZodType, example: unknown][] = [];
  for (const route of routes) {
    if (route.body) checks.push([route.body, route.bodyExample]);
    for (const { schema, example } of Object.values(route.responses))
      if (schema && example !== undefined) checks.push([schema, example]);
  }
  expect(checks.length).toBeGreaterThan(6);
  for (const [schema, example] of checks) expect(schema.safeParse(example).error).toBeUndefined();
});
