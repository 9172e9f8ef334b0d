/**
 * Reads the state of the ensemble, and watches all of it. The reads travel together on one
 * connection and are answered in order. Data that are not valid are ignored and reported.
 */
import type { z } from 'zod';
import {
  apiUrlData,
  barrierData,
  counterData,
  measurementData,
  samplingPeriodData,
  ZNODES,
} from '../../shared/contracts/measurements.js';
import type { ZooKeeper } from '../../shared/zookeeper/client.js';
import { readChildren, readData, type NodeData } from '../../shared/zookeeper/data.js';
import { sortCandidates, toCandidateName } from '../../shared/zookeeper/election.js';
import type { DeviceMeasurement, RoundView } from '../core/types.js';

/** The settings that apply: the latest valid ones. */
export interface RoundSettings {
  periodMs: number;
  apiUrl: string;
}

export interface Reading {
  view: RoundView;
  settings: RoundSettings;
  /** One sentence for each node whose data were ignored. */
  problems: string[];
}

export interface ReadingOptions {
  zk: ZooKeeper;
  /** Apply while a setting does not exist. */
  defaults: RoundSettings;
  /** Apply while a setting is not valid. */
  latest: RoundSettings;
  apiHosts: readonly string[];
  /** Called when something may have changed after this reading. */
  onChange: () => void;
}

const fromJson = (text: string): unknown => {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
};

class Parser {
  readonly problems: string[] = [];

  /** The value of a node; `missing` without the node, `invalid` when its data are not valid. */
  parse<T>(
    path: string,
    node: NodeData | null,
    schema: z.ZodType<T>,
    { missing, invalid = missing, json = false }: { missing: T; invalid?: T; json?: boolean },
  ): T {
    if (!node) return missing;
    const result = schema.safeParse(json ? fromJson(node.text) : node.text);
    if (result.success) return result.data;
    this.problems.push(`${path} holds no valid data: ${result.error.issues[0]?.message}`);
    return invalid;
  }
}

/** @throws ZooKeeperError when the ensemble does not answer. */
export async function readView(options: ReadingOptions): Promise<Reading> {
  const { zk, onChange, defaults, latest, apiHosts } = options;
  const parser = new Parser();
  const [candidates, barrier, counter, devices, period, api] = await Promise.all([
    readChildren(zk, ZNODES.election, onChange),
    readData(zk, ZNODES.barrier, onChange),
    readData(zk, ZNODES.counter, onChange),
    readChildren(zk, ZNODES.measurements, onChange),
    readData(zk, ZNODES.samplingPeriod, onChange),
    readData(zk, ZNODES.apiUrl, onChange),
  ]);
  const round = parser.parse<number | null>(ZNODES.counter, counter, counterData, {
    missing: null,
  });
  const settings = {
    periodMs:
      parser.parse(ZNODES.samplingPeriod, period, samplingPeriodData, {
        missing: defaults.periodMs / 1_000,
        invalid: latest.periodMs / 1_000,
      }) * 1_000,
    apiUrl: parser.parse(ZNODES.apiUrl, api, apiUrlData(apiHosts), {
      missing: defaults.apiUrl,
      invalid: latest.apiUrl,
    }),
  };
  const view: RoundView = {
    candidates: sortCandidates(candidates).map((node) => ({ node, device: toCandidateName(node) })),
    barrier: parser.parse<RoundView['barrier']>(ZNODES.barrier, barrier, barrierData, {
      missing: null,
      json: true,
    }),
    counter: counter && round !== null ? { round, version: counter.version } : null,
    measurements: barrier ? await readMeasurements(zk, devices, parser) : [],
    periodMs: settings.periodMs,
  };
  return { view, settings, problems: parser.problems };
}

async function readMeasurements(
  zk: ZooKeeper,
  devices: readonly string[],
  parser: Parser,
): Promise<DeviceMeasurement[]> {
  const nodes = await Promise.all(
    devices.map(async (device) => {
      const path = `${ZNODES.measurements}/${device}`;
      const data = parser.parse<z.infer<typeof measurementData> | null>(
        path,
        await readData(zk, path),
        measurementData,
        { missing: null, json: true },
      );
      return data ? [{ device, round: data.round, ms: data.ms }] : [];
    }),
  );
  return nodes.flat();
}
