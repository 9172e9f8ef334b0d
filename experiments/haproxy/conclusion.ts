/** The conclusion from the comparison of the strategies, from the figures alone. Pure. */
import type { Strategy } from '../../shared/balancer/pool.js';
import { milliseconds } from '../../shared/format.js';
import type { HaproxyFigures, StrategyFigures } from './figures.js';

const share = ({ slowShare }: StrategyFigures): string => `${(slowShare * 100).toFixed(1)} %`;
const toMean = ({ load }: StrategyFigures): number => load.latencyMs.mean;

/** A strategy spares the slow server when it sends it less than half of an equal share. */
const SPARED_BELOW = 0.25;

const list = (some: readonly StrategyFigures[]): string =>
  some.map((one) => `${one.strategy} (${share(one)})`).join(', ');

/**
 * Sentences, each supported by a column of the table. @returns none without the strategies to
 * compare.
 */
export function concludeStrategies({
  strategies,
  strategyDelayMs,
}: Pick<HaproxyFigures, 'strategies' | 'strategyDelayMs'>): string[] {
  const find = (name: Strategy): StrategyFigures | undefined =>
    strategies.find(({ strategy }) => strategy === name);
  const [best] = [...strategies].sort(
    (one, other) => one.failed - other.failed || toMean(one) - toMean(other),
  );
  const usual = find('roundrobin');
  if (!best || !usual) return [];
  const spared = strategies.filter(({ slowShare }) => slowShare < SPARED_BELOW);
  const burdened = strategies.filter(({ slowShare }) => slowShare >= SPARED_BELOW);
  const slow = strategies.filter((one) => one.load.latencyMs.p95 >= strategyDelayMs);
  const names = slow.map(({ strategy }) => strategy).join(', ');
  return [
    `Lowest mean: ${best.strategy}, ${milliseconds(toMean(best))} ms; roundrobin: ${milliseconds(toMean(usual))} ms.`,
    ...(spared.length > 0
      ? [`Less than half of an equal share to the slow server: ${list(spared)}.`]
      : ['No strategy spares the slow server.']),
    ...(burdened.length > 0 ? [`Half of it or more: ${list(burdened)}.`] : []),
    slow.length > 0
      ? `One request in twenty waits for the whole delay with ${names}.`
      : 'With no strategy does one request in twenty wait for the whole delay.',
  ];
}
