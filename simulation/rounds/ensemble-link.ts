/**
 * The connection of a device to the modelled ensemble, as shared/zookeeper/client.ts keeps it: one
 * member at a time, a watchdog, the next member after a silence, a new session after an expiry.
 */
import type { NodeOperation } from '../../shared/zookeeper/transaction.js';
import type { Network } from '../model/network.js';
import type { Process } from '../model/process.js';
import type { Ensemble, EnsembleMember, SimulatedNode, CommittedWrite } from './ensemble.js';

export interface LinkOptions {
  device: Process;
  network: Network;
  ensemble: Ensemble;
  timeoutMs: number;
  renewsSession: boolean;
  /** The state of the connection, or something in the ensemble, has changed. */
  onChange: () => void;
}

/** Pause before the next attempt to connect, in ms. */
const SPIN_MS = 10;
const PROBES = 8;

export class EnsembleLink {
  session: number | null = null;
  isConnected = false;
  private member: number;
  private link = 0;
  private seen = 0;
  private answeredMs = 0;
  private isProbing = false;

  constructor(private readonly options: LinkOptions) {
    this.member = options.device.world.chance.below(options.ensemble.members.length);
  }

  /** Time since the last answered request was sent, in ms. */
  get silentMs(): number {
    return this.options.device.world.nowMs - this.answeredMs;
  }

  start(): void {
    this.connect();
    this.watch();
  }

  /** @param onResult null: no answer. */
  readChildren(path: string, onResult: (names: string[] | null) => void): void {
    this.read((member) => member.children(path), onResult);
  }

  /** @param onResult undefined: there is no such node; null: no answer. */
  readNode(path: string, onResult: (node: SimulatedNode | undefined | null) => void): void {
    this.read(
      (member) => [member.tree.get(path)] as const,
      (answer) => onResult(answer && answer[0]),
    );
  }

  /**
   * @param onResult `refused`: a condition does not hold; null: no answer. @param beforeCommit
   *   called in the ensemble when all conditions hold.
   */
  write(
    operations: readonly NodeOperation[],
    onResult: (answer: { path: string } | 'refused' | null) => void,
    beforeCommit: () => void = () => undefined,
  ): void {
    const { ensemble } = this.options;
    const at = { session: this.session ?? 0, link: this.link };
    this.request<CommittedWrite | 'refused'>(
      (member, reply) =>
        ensemble.write(
          member,
          at,
          operations,
          (written) => reply(written ?? 'refused'),
          beforeCommit,
        ),
      onResult,
    );
  }

  private read<T>(look: (member: EnsembleMember) => T, onResult: (answer: T | null) => void): void {
    const { ensemble, network, device, onChange } = this.options;
    const [session, link] = [this.session ?? 0, this.link];
    const notify = (member: EnsembleMember) => (): void =>
      void network.send(member, device, () => link === this.link && onChange());
    this.request<T>((member, reply) => {
      if (!ensemble.hear(session, link)) return;
      member.watchers.add(notify(member));
      reply(look(member));
    }, onResult);
  }

  private request<T>(
    serve: (member: EnsembleMember, reply: (answer: T) => void) => void,
    onResult: (answer: T | null) => void,
  ): void {
    const { device, network, ensemble, timeoutMs } = this.options;
    if (!this.isConnected) return onResult(null);
    const member = ensemble.members[this.member] as EnsembleMember;
    const sentMs = device.world.nowMs;
    const { link } = this;
    network.call<{ value: T; applied: number }>(
      device,
      member,
      timeoutMs / 2,
      (exchange) => serve(member, (value) => exchange.reply({ value, applied: member.applied })),
      (answer) => {
        if (link !== this.link) return onResult(null);
        if (answer === null) {
          this.drop();
          return onResult(null);
        }
        this.answeredMs = Math.max(this.answeredMs, sentMs);
        this.seen = Math.max(this.seen, answer.applied);
        onResult(answer.value);
      },
    );
  }

  private connect(): void {
    const { device, network, ensemble, timeoutMs } = this.options;
    const { members } = ensemble;
    this.member = (this.member + 1) % members.length;
    const member = members[this.member] as EnsembleMember;
    const sentMs = device.world.nowMs;
    this.link = device.world.number();
    const { link, session, seen } = this;
    network.call<number | 'expired' | null>(
      device,
      member,
      timeoutMs / 2,
      (exchange) => exchange.reply(ensemble.attach(member, session, link, seen)),
      (answer) => {
        if (typeof answer === 'number') this.onConnected(answer, sentMs);
        else if (answer === 'expired') this.onExpired();
        else device.in(SPIN_MS, () => this.connect());
      },
    );
  }

  private onConnected(session: number, sentMs: number): void {
    this.session = session;
    this.isConnected = true;
    this.answeredMs = sentMs;
    this.options.onChange();
  }

  private onExpired(): void {
    if (!this.options.renewsSession) return;
    this.session = null;
    this.seen = 0;
    this.connect();
  }

  private drop(): void {
    if (!this.isConnected) return;
    this.isConnected = false;
    this.isProbing = false;
    this.connect();
  }

  private watch(): void {
    const { device, timeoutMs } = this.options;
    device.in(timeoutMs / PROBES, () => this.watch());
    if (!this.isConnected) return;
    if (this.silentMs >= timeoutMs / 2) return this.drop();
    if (this.isProbing) return;
    this.isProbing = true;
    this.readNode('/', () => (this.isProbing = false));
  }
}
