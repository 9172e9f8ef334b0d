/**
 * docs/artillery/levels.yml sends the same load as the experiment: the arrivals, pauses, requests
 * and time limit are equal, and a failed request ends its user.
 */
import { describe, expect, test } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { LEVELS, PAUSES_MS, type ArrivalPhase } from '../../../experiments/load/levels.js';
import { REQUEST_PATIENCE_MS } from '../../../experiments/load/run-level.js';
import { getPagePaths } from '../../../experiments/load/user.js';
import { PAYMENTS_PATH } from '../../../experiments/traffic/client.js';
import { ROOT } from '../../../local/root.js';
import { seedPatient } from '../../../prisma/seed-data.js';

interface Phase {
  arrivalRate: number;
  rampTo?: number;
  duration: number;
}
interface Step {
  url: string;
  headers?: Record<string, string>;
  followRedirect?: boolean;
  expect?: { statusCode?: number; equals?: string[] }[];
}
interface Script {
  config: {
    http: { timeout: number };
    plugins: { expect: { reportFailuresAsErrors: boolean } };
    variables: { patientId: string[] };
    environments: Record<string, { phases: Phase[] }>;
  };
  scenarios: { flow: { get?: Step; post?: Step; think?: number }[] }[];
}

const TEXT = readFileSync(join(ROOT, 'docs/artillery/levels.yml'), 'utf8');

const toPhase = ({ arrivalRate, rampTo, duration }: Phase): ArrivalPhase => ({
  fromPerSec: arrivalRate,
  toPerSec: rampTo ?? arrivalRate,
  seconds: duration,
});

/** The load of an Artillery script, in the terms of the experiment. */
function toLoad(text: string) {
  const { config, scenarios } = parse(text) as Script;
  const flow = scenarios.flatMap((scenario) => scenario.flow);
  const steps = flow.flatMap(({ get, post }) => {
    const step = get ?? post;
    return step ? [{ ...step, method: get ? 'GET' : 'POST' }] : [];
  });
  return {
    levels: Object.entries(config.environments).map(([name, { phases }]) => ({
      name,
      phases: phases.map(toPhase),
    })),
    pausesMs: flow.flatMap(({ think }) => (think === undefined ? [] : [think * 1_000])),
    requests: steps.map(({ method, url }) => `${method} ${url}`),
    prefer: steps.flatMap(({ headers }) => headers?.['Prefer'] ?? []),
    patienceMs: config.http.timeout * 1_000,
    expected: steps.map((step) => (step.expect ?? []).flatMap((one) => Object.values(one).flat())),
    endsUser: config.plugins.expect.reportFailuresAsErrors,
    redirections: steps.filter((step) => step.method === 'GET' && step.followRedirect !== false),
  };
}

const pages = getPagePaths('{{ paymentId }}');
const OURS = {
  levels: LEVELS.map(({ name, phases }) => ({ name, phases })),
  pausesMs: [...PAUSES_MS],
  requests: [
    `GET ${pages.landing}`,
    `GET ${pages.form}`,
    `POST ${PAYMENTS_PATH}`,
    `GET ${pages.validation}`,
  ],
  prefer: [`wait=${REQUEST_PATIENCE_MS / 1_000}`],
  patienceMs: REQUEST_PATIENCE_MS,
  expected: [[200], [200], [201, '{{ outcome }}', 'SUCCEEDED'], [200]],
  endsUser: true,
  redirections: [],
};

describe('the levels for Artillery', () => {
  test('are those of the experiment', () => expect(toLoad(TEXT)).toEqual(OURS));

  test('name sample patients', () => {
    const { patientId } = (parse(TEXT) as Script).config.variables;
    expect(patientId).toEqual(patientId.map((_, index) => seedPatient(index + 1).id));
  });

  test.each([
    ['another rate', 'rampTo: 15', 'rampTo: 16'],
    ['another duration', 'arrivalRate: 30, duration: 120', 'arrivalRate: 30, duration: 60'],
    ['another pause', 'think: 10', 'think: 1'],
    ['another request', '/bill/identify', '/patients'],
    ['an expectation less', "            - equals: ['{{ outcome }}', SUCCEEDED]\n", ''],
    ['users that continue after a failure', 'Errors: true', 'Errors: false'],
    ['another level', '    high:', '    higher:'],
  ])('control: %s is found', (_name, from, to) => {
    expect(TEXT).toContain(from);
    expect(toLoad(TEXT.replace(from, to))).not.toEqual(OURS);
  });
});
