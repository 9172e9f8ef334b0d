/**
 * One list of alerts for two evaluations: Prometheus evaluates `expr` over the metrics, a monitor
 * evaluates `find` over its own view of the system. Both use the same thresholds, names, severities
 * and actions, so that they cannot differ. deploy/prometheus/alerts.yml is generated from the list.
 */
import type { AlertDocument } from '../../../shared/contracts/alerts.js';
import type { Status } from '../../../shared/contracts/status.js';

export type Severity = AlertDocument['severity'];

/** The view of one monitor. */
export interface AlertFacts {
  status: Status;
  /** Wall clock, ms. */
  nowMs: number;
  /** Age of the oldest pending payment, s. Null: none is pending, or PostgreSQL does not answer. */
  oldestPendingSec: number | null;
  /** Growth of the pending payments over the last seconds, per second. Null: not known. */
  pendingPerSec: number | null;
  /** Elections of the last ten minutes, apart from planned ones and the first. */
  failovers: number;
  /** Time without progress of the leader while payments wait, ms. Null: none waits. */
  stalledMs: number | null;
}

export interface AlertFinding {
  /** The process or node that the alert concerns. Empty: the whole system. */
  subject: string;
  /** The condition as a sentence without a full stop. */
  text: string;
}

export interface AlertRule {
  /** Also its section of docs/runbook.md. */
  name: string;
  severity: Severity;
  /** PromQL. */
  expr: string;
  /** How long `expr` must hold, as in Prometheus. Omitted: it fires at once. */
  holds?: string;
  /** Texts of Prometheus, which fills in `{{ … }}`. */
  summary: string;
  description: string;
  /** The first action of an operator, in one sentence. */
  action: string;
  /** Null: the rule needs rates of counters, which only Prometheus has. */
  find: ((facts: AlertFacts) => readonly AlertFinding[]) | null;
}
