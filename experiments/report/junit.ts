/**
 * The result as JUnit XML, which build servers show next to the tests: one case per objective, and
 * one per rule and system. Rules that a baseline broke are findings: their cases are skipped with a
 * message and fail no build. Pure.
 * @see https://github.com/testmoapp/junitxml for the format as it is read in practice.
 */
import { CHECKERS } from '../checkers/checkers.js';
import type { RunRecord, SystemRecord } from '../record/run-record.js';
import type { Objective } from '../record/result.js';
import { formatFigure } from './objective-figures.js';
import { isRelevo } from '../system/system-under-test.js';
import { readableTime } from '../../shared/format.js';
import { html, type Html } from '../../shared/web/html.js';

interface Case {
  name: string;
  className: string;
  state: 'passed' | 'failed' | 'skipped' | 'error';
  /** Why the case did not pass. */
  message: string;
  details: string;
}

const toPassedCase = (className: string, name: string): Case => ({
  className,
  name,
  state: 'passed',
  message: '',
  details: '',
});

function objectiveCase(experiment: string, objective: Objective): Case {
  const { name, target, actual, met } = objective;
  if (met) return toPassedCase(`${experiment}.objectives`, name);
  const message = `${formatFigure(objective, actual)}, wanted ${formatFigure(objective, target)}`;
  return {
    className: `${experiment}.objectives`,
    name,
    state: 'failed',
    message,
    details: `${name}: ${message}`,
  };
}

/** One case for every rule of a system, including the rules that it kept. */
function ruleCases(experiment: string, { system, violations }: SystemRecord): Case[] {
  const broken = new Map(violations.map(({ rule, ids }) => [rule, ids]));
  const names = [...new Set([...Object.keys(CHECKERS), ...broken.keys()])];
  return names.map((rule) => {
    const className = `${experiment}.${system}`;
    const ids = broken.get(rule);
    if (!ids) return toPassedCase(className, rule);
    const state = isRelevo(system) ? 'failed' : 'skipped';
    return {
      className,
      name: rule,
      state,
      message: `${rule}: ${ids.length}`,
      details: ids.join('\n'),
    };
  });
}

/**
 * Without evidence no rule fails, but the result proves nothing: an error in terms of build
 * servers.
 */
function evidenceCase(experiment: string, { system, missing }: SystemRecord): Case {
  const className = `${experiment}.${system}`;
  const [message] = missing;
  if (message === undefined || !isRelevo(system))
    return toPassedCase(className, 'the evidence is complete');
  return {
    className,
    name: 'the evidence is complete',
    state: 'error',
    message,
    details: missing.join('\n'),
  };
}

function caseElement({ className, name, state, message, details }: Case): Html {
  const outcomes: Record<Case['state'], Html | null> = {
    passed: null,
    failed: html`<failure type="failure" message="${message}">${details}</failure>`,
    error: html`<error type="unknown" message="${message}">${details}</error>`,
    skipped: html`<skipped message="a finding in a baseline: ${message}"/>`,
  };
  return html`    <testcase classname="${className}" name="${name}" time="0">${outcomes[state]}</testcase>\n`;
}

export function junitXml({ result, command, systems }: RunRecord): string {
  const { name, seed, startedAt, durationMs, objectives } = result;
  const cases = [
    ...objectives.map((objective) => objectiveCase(name, objective)),
    ...systems.flatMap((system) => [evidenceCase(name, system), ...ruleCases(name, system)]),
  ];
  const number = (state: Case['state']): number =>
    cases.filter((one) => one.state === state).length;
  const counts = html`tests="${cases.length}" failures="${number('failed')}" errors="${number('error')}" skipped="${number('skipped')}" time="${durationMs / 1_000}"`;
  return html`<?xml version="1.0" encoding="UTF-8"?>
<testsuites name="relevo" ${counts}>
  <testsuite name="${name}, seed ${seed}" ${counts} timestamp="${startedAt.replace(/(\.\d+)?Z$/, '')}">
    <properties><property name="command" value="${command}"/><property name="started" value="${readableTime(startedAt)}"/></properties>
${cases.map(caseElement)}  </testsuite>
</testsuites>
`.toString();
}
