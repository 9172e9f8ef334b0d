/**
 * Keeps the highest epoch and the mean of each round in Redis. One script decides about a mean and
 * keeps it, so that no other request comes between.
 *
 * Rules: an epoch below the highest one changes nothing; a round gets one mean; rounds only grow.
 * The same mean of the same round and epoch is accepted again, because its answer may have been
 * lost.
 *
 * Redis may lose confirmed writes. While this process lives, it remembers the highest epoch and
 * the last round too, so that a wiped Redis admits no old epoch. After both are lost, the next
 * announcement sets them again.
 */
import type { Redis } from 'ioredis';
import {
  ROUNDS_KEPT,
  seriesRound,
  type LeadingAnswer,
  type MeanRefusal,
  type SeriesRound,
} from '../../shared/contracts/measurements.js';
import { Problem } from '../../shared/errors.js';

/** Writes the known epoch and round first, when Redis has lost them. */
const RESTORE = `
local fence = redis.call('HGET', KEYS[1], 'epoch') or '0'
if tonumber(ARGV[1]) > tonumber(fence) then
  fence = ARGV[1]
  redis.call('HSET', KEYS[1], 'epoch', fence, 'device', ARGV[2])
end
local last = redis.call('ZREVRANGE', KEYS[2], 0, 0, 'WITHSCORES')[2] or '0'
if tonumber(ARGV[3]) > tonumber(last) then last = ARGV[3] end
`;

/** ARGV: known epoch, its device, known round, epoch, device. */
const ANNOUNCE = `${RESTORE}
if tonumber(ARGV[4]) < tonumber(fence) then return {'OLD_EPOCH', fence, last} end
redis.call('HSET', KEYS[1], 'epoch', ARGV[4], 'device', ARGV[5])
return {'kept', ARGV[4], last}
`;

/** ARGV: known epoch, its device, known round, epoch, round, round as JSON, mean, kept rounds. */
const KEEP = `${RESTORE}
if tonumber(ARGV[4]) < tonumber(fence) then return {'OLD_EPOCH', fence, last} end
if tonumber(ARGV[4]) > tonumber(fence) then
  redis.call('DEL', KEYS[1])
  redis.call('HSET', KEYS[1], 'epoch', ARGV[4])
end
if tonumber(ARGV[5]) <= tonumber(last) then
  local former = redis.call('ZRANGEBYSCORE', KEYS[2], ARGV[5], ARGV[5])[1]
  local kept = former and cjson.decode(former)
  if kept and kept.epoch == tonumber(ARGV[4]) and kept.mean == tonumber(ARGV[7]) then
    return {'repeated', ARGV[4], last}
  end
  return {'ROUND_KEPT', ARGV[4], last}
end
redis.call('ZADD', KEYS[2], ARGV[5], ARGV[6])
redis.call('ZREMRANGEBYRANK', KEYS[2], 0, -1 - tonumber(ARGV[8]))
return {'kept', ARGV[4], ARGV[5]}
`;

export type MeanVerdict = 'kept' | 'repeated' | MeanRefusal;

const toUnavailable = (cause: unknown): never => {
  throw new Problem('UNAVAILABLE', 'Redis is unavailable', { retryAfterSeconds: 1, cause });
};

/** Null when the text is no round of ours. */
function readRound(text: string): SeriesRound | null {
  try {
    return seriesRound.parse(JSON.parse(text));
  } catch {
    return null;
  }
}

export class SeriesStore {
  private readonly keys: readonly [fence: string, rounds: string];
  /** The highest epoch with its device, and the last round, that this process has seen. */
  private known: LeadingAnswer = { epoch: 0, device: null, lastRound: 0 };

  /** @param isFenced false only in a control of the lab: every epoch and every mean is accepted. */
  constructor(
    private readonly redis: Redis,
    prefix: string,
    private readonly isFenced: boolean,
  ) {
    this.keys = [`${prefix}:measurements:epoch`, `${prefix}:measurements:rounds`];
  }

  private async run(script: string, ...words: string[]): Promise<MeanVerdict> {
    const { epoch, device, lastRound } = this.known;
    const known = [String(epoch), device ?? '', String(lastRound)];
    const [verdict, fence, last] = (await this.redis
      .eval(script, this.keys.length, ...this.keys, ...known, ...words)
      .catch(toUnavailable)) as [MeanVerdict, string, string];
    this.remember({ epoch: Number(fence), device: null, lastRound: Number(last) });
    return verdict;
  }

  private remember({ epoch, device, lastRound }: LeadingAnswer): void {
    const { known } = this;
    this.known = {
      epoch: Math.max(known.epoch, epoch),
      device:
        epoch > known.epoch
          ? device
          : epoch === known.epoch
            ? (device ?? known.device)
            : known.device,
      lastRound: Math.max(known.lastRound, lastRound),
    };
  }

  /** A device begins to lead. @throws Problem UNAVAILABLE. */
  async announce(
    epoch: number,
    device: string,
  ): Promise<{ verdict: MeanVerdict; lastRound: number }> {
    const verdict = this.isFenced ? await this.run(ANNOUNCE, String(epoch), device) : 'kept';
    if (verdict === 'kept') this.remember({ epoch, device, lastRound: 0 });
    return { verdict, lastRound: this.known.lastRound };
  }

  /** Decides about the mean of a round, and keeps it. @throws Problem UNAVAILABLE. */
  async keep(mean: SeriesRound): Promise<MeanVerdict> {
    const { round, epoch } = mean;
    const text = JSON.stringify(mean);
    if (this.isFenced) {
      const words = [epoch, round, text, mean.mean, ROUNDS_KEPT].map(String);
      return this.run(KEEP, ...words);
    }
    await this.redis.zadd(this.keys[1], round, text).catch(toUnavailable);
    return 'kept';
  }

  /** The last rounds, newest last. @throws Problem UNAVAILABLE. */
  async readLast(count: number): Promise<SeriesRound[]> {
    const texts = await this.redis.zrange(this.keys[1], String(-count), '-1').catch(toUnavailable);
    return texts.map(readRound).filter((each) => each !== null);
  }

  /** The highest epoch and the last round. @throws Problem UNAVAILABLE. */
  async readLeading(): Promise<LeadingAnswer> {
    const [stored, rounds] = await Promise.all([
      this.redis.hgetall(this.keys[0]).catch(toUnavailable),
      this.readLast(1),
    ]);
    this.remember({
      epoch: Number(stored['epoch'] ?? 0),
      device: stored['device'] || null,
      lastRound: rounds.at(-1)?.round ?? 0,
    });
    return this.known;
  }
}
