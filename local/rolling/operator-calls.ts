/** The calls of a rolling restart: to the monitors as an operator, and to the balancer. */
import type { z } from 'zod';
import type { BalancerControl } from '../../shared/balancer/control.js';
import type { AdminState } from '../../shared/contracts/leadership.js';
import { statusSummary, type StatusSummary } from '../../shared/contracts/status.js';
import { readBoundedText } from '../../shared/http/bounded-body.js';

const READ_TIMEOUT_MS = 2_000;
/** A hand-over waits until the payments in flight are finished. */
const ACT_TIMEOUT_MS = 60_000;
const ANSWER_MAX = 1_048_576;

interface Answered {
  status: number;
  body: unknown;
}

async function askOnce(url: string, token: string, body?: unknown): Promise<Answered> {
  const response = await fetch(url, {
    method: body === undefined ? 'GET' : 'POST',
    headers: { 'authorization': `Bearer ${token}`, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    signal: AbortSignal.timeout(body === undefined ? READ_TIMEOUT_MS : ACT_TIMEOUT_MS),
  });
  return {
    status: response.status,
    body: JSON.parse(await readBoundedText(response, ANSWER_MAX)) as unknown,
  };
}

const getCode = ({ body }: Answered): string => String((body as { code?: unknown } | null)?.code);

const toRefusal = (what: string, answered: Answered): Error => {
  const { detail } = (answered.body ?? {}) as { detail?: unknown };
  return new Error(`${what} was refused: ${getCode(answered)}: ${String(detail)}`);
};

export class OperatorCalls {
  constructor(
    private readonly monitors: readonly string[],
    private readonly token: string,
    private readonly balancer: BalancerControl | null,
  ) {}

  /** The first monitor that answers. @throws Error when none does. */
  private async ask(path: string, body?: unknown): Promise<Answered> {
    let failure: unknown = new Error('There is no monitor');
    for (const url of this.monitors) {
      try {
        return await askOnce(url + path, this.token, body);
      } catch (error) {
        failure = error;
      }
    }
    throw new Error(`No monitor answers: ${(failure as Error).message}`);
  }

  /** @param monitor its address; default: the first that answers. Null: no answer. */
  async readStatus(monitor?: string): Promise<StatusSummary | null> {
    try {
      const answered = await (monitor
        ? askOnce(`${monitor}/status`, this.token)
        : this.ask('/status'));
      return parseOrNull(statusSummary, answered.body);
    } catch {
      return null;
    }
  }

  /** @throws Error when the monitor refuses. */
  async handOver(reason: string): Promise<void> {
    const answered = await this.ask('/handover', { reason });
    if (answered.status !== 200) throw toRefusal('The hand-over', answered);
  }

  /** The administrative states at the balancer; empty without one. @throws Error */
  async readInstances(): Promise<ReadonlyMap<string, AdminState>> {
    const states = (await this.balancer?.read()) ?? [];
    return new Map(states.map(({ name, admin }) => [name, admin]));
  }

  /** As `BalancerControl.moveClients`; nothing when the balancer needs no such step. */
  async moveClients(instance: string): Promise<void> {
    await this.balancer?.moveClients?.(instance);
  }

  /** Whether the balancer sends requests to an instance. True when it does not check instances. */
  async isServed(instance: string): Promise<boolean> {
    const states = (await this.balancer?.read().catch(() => null)) ?? null;
    const found = states?.find(({ name }) => name === instance);
    return found !== undefined && found.admin === 'ready' && found.observed !== 'down';
  }

  /**
   * Sets the state through a monitor, which stores it; a monitor without that route leaves it to
   * the balancer's control.
   * @returns false when the instance is the last one that receives new clients.
   * @throws Error when the state is not set for another reason.
   */
  async orderInstanceState(instance: string, state: AdminState, reason: string): Promise<boolean> {
    const path = `/patients/${encodeURIComponent(instance)}/state`;
    const answered = await this.ask(path, { state, reason });
    if (getCode(answered) === 'LAST_INSTANCE') return false;
    const isMissing = answered.status === 404 && getCode(answered) === 'NOT_FOUND';
    if (!isMissing && answered.status !== 200) throw toRefusal(`${instance} to ${state}`, answered);
    if (isMissing) await this.balancer?.set(instance, state);
    return true;
  }
}

function parseOrNull<T extends z.ZodType>(schema: T, value: unknown): z.output<T> | null {
  const result = schema.safeParse(value);
  return result.success ? result.data : null;
}
