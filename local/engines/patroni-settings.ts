/**
 * The settings of a replicated PostgreSQL under Patroni, and the rule which of them are safe: every
 * acknowledged commit is on two nodes, and no node may write after another one was promoted. Pure.
 */
import { atLeast } from '../../shared/version.js';
import { StartError } from '../errors.js';

/** The protocol between Patroni and etcd. */
export type StoreProtocol = 'etcd' | 'etcd3';

/** Whole seconds, as Patroni counts. */
export interface PatroniTimings {
  /** The primary loses its role when it has not renewed it for this long. */
  ttlSeconds: number;
  /** Pause between two checks of a node. */
  loopWaitSeconds: number;
  /** Longest time for a call to etcd or PostgreSQL. */
  retryTimeoutSeconds: number;
}

export const TIMING_PROFILE_NAMES = ['quick', 'conservative'] as const;
export type TimingProfile = (typeof TIMING_PROFILE_NAMES)[number];

/**
 * `quick`: a dead primary is replaced within about 4 s; Patroni before version 3.2 only.
 * `conservative`: within about 22 s; a machine that stops for seconds causes no failover.
 */
export const TIMING_PROFILES: Readonly<Record<TimingProfile, PatroniTimings>> = {
  quick: { ttlSeconds: 3, loopWaitSeconds: 1, retryTimeoutSeconds: 1 },
  conservative: { ttlSeconds: 20, loopWaitSeconds: 2, retryTimeoutSeconds: 5 },
};

/** The longest `ttl` of a quick failover, seconds. */
const QUICK_TTL_SECONDS = 5;

/**
 * How long an instance must wait for this cluster before it refuses a payment, in ms: longer than
 * the longest measured failover, of a frozen node.
 */
export const getPatienceMs = ({ ttlSeconds }: PatroniTimings): number =>
  ttlSeconds <= QUICK_TTL_SECONDS ? 12_000 : 30_000;

export interface PatroniSettings {
  /** Version of the installed Patroni, `3.0.2`. */
  patroniVersion: string;
  /** Version of the installed etcd, `3.4.23`. */
  etcdVersion: string;
  protocol: StoreProtocol;
  timings: PatroniTimings;
  /** Commits wait for a synchronous standby. */
  synchronous: boolean;
  /** Commits also wait while there is no synchronous standby. */
  strict: boolean;
  /** The primary continues without etcd while it reaches every other node. */
  failsafe: boolean;
  /**
   * Only for controls of the lab: permits settings that lose acknowledged commits. `npm start`
   * never sets it.
   */
  unsafePermitsLostCommits?: boolean;
}

/** First version of Patroni whose `etcd3` renews the role of the primary conditionally. */
const SAFE_ETCD3 = [3, 0, 3] as const;
/** First version with `failsafe_mode` and `primary_start_timeout`; others ignore both. */
const OLDEST = [3, 0] as const;
/** Since this version, Patroni raises a shorter `ttl` to `SHORTEST_TTL_SECONDS`. */
const LONG_TTL = [3, 2] as const;
const SHORTEST_TTL_SECONDS = 20;
/** Since this version, etcd has no v2 protocol. */
const WITHOUT_V2 = [3, 6] as const;

function findTimingProblems({ patroniVersion, timings }: PatroniSettings): string[] {
  const { ttlSeconds: ttl, loopWaitSeconds: wait, retryTimeoutSeconds: retry } = timings;
  const needed = wait + 2 * retry;
  return [
    ...(ttl < needed
      ? [
          `ttl ${ttl} is below loop_wait + 2 × retry_timeout = ${needed}: a node may write after its role has expired`,
        ]
      : []),
    ...(atLeast(patroniVersion, LONG_TTL) && ttl < SHORTEST_TTL_SECONDS
      ? [
          `ttl ${ttl} is below ${SHORTEST_TTL_SECONDS}, the shortest of Patroni ${patroniVersion}, which would use other timings than stated`,
        ]
      : []),
  ];
}

function findProtocolProblems(settings: PatroniSettings): string[] {
  const { protocol, patroniVersion, etcdVersion } = settings;
  if (protocol === 'etcd3')
    return atLeast(patroniVersion, SAFE_ETCD3)
      ? []
      : [
          `etcd3 with Patroni ${patroniVersion}: a primary that wakes up after a failover takes its role back, and commits of the new primary are lost; use the protocol etcd, or Patroni ${SAFE_ETCD3.join('.')} or newer`,
        ];
  return atLeast(etcdVersion, WITHOUT_V2)
    ? [`the protocol etcd (v2), which etcd ${etcdVersion} no longer has`]
    : [];
}

/** The reasons why settings may lose an acknowledged commit, or cannot work; empty: safe. */
export function findProblems(settings: PatroniSettings): string[] {
  return [
    ...(atLeast(settings.patroniVersion, OLDEST)
      ? []
      : [
          `Patroni ${settings.patroniVersion}, which has neither failsafe_mode nor primary_start_timeout; use ${OLDEST.join('.')} or newer`,
        ]),
    ...findProtocolProblems(settings),
    ...findTimingProblems(settings),
    ...(settings.synchronous
      ? []
      : ['synchronous_mode false: a failover loses the commits that no standby has received']),
    ...(settings.synchronous && !settings.strict
      ? [
          'synchronous_mode_strict false: a primary without a standby acknowledges commits that only it has',
        ]
      : []),
    ...(settings.failsafe ? [] : ['failsafe_mode false: a failure of etcd stops every write']),
  ];
}

/**
 * @throws StartError that names every unsafe setting, unless the settings permit lost commits.
 */
export function checkSettings(settings: PatroniSettings): void {
  const problems = findProblems(settings);
  if (problems.length === 0 || settings.unsafePermitsLostCommits === true) return;
  throw new StartError(
    `The settings of Patroni are unsafe:\n${problems.map((problem) => `  - ${problem}`).join('\n')}`,
  );
}

/** The profile that a version of Patroni can keep, when none is chosen. */
const getUsualProfile = (patroniVersion: string): TimingProfile =>
  atLeast(patroniVersion, LONG_TTL) ? 'conservative' : 'quick';

/** Safe settings for the installed versions. */
export function createSettings(
  versions: Pick<PatroniSettings, 'patroniVersion' | 'etcdVersion'>,
  profile: TimingProfile = getUsualProfile(versions.patroniVersion),
): PatroniSettings {
  return {
    ...versions,
    protocol: atLeast(versions.etcdVersion, WITHOUT_V2) ? 'etcd3' : 'etcd',
    timings: TIMING_PROFILES[profile],
    synchronous: true,
    strict: true,
    failsafe: true,
  };
}
