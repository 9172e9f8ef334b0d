/**
 * Clients with sessions, beside the payments: visitors that count their views on `/whoami`, and
 * staff who identify a patient, open the bill, pay a part and open the exit pass, again and again.
 * They know one address and never retry. A visitor keeps its session over all restarts of a run; a
 * flow has a session of its own.
 */
import { sleep } from '../../shared/clock.js';
import { Browser } from '../balancer/browser.js';
import { PaymentFlow } from '../balancer/flow.js';

const VISIT_PAUSE_MS = 200;
const FLOW_PAUSE_MS = 500;
/** Longest wait of a flow for the outcome of its payment, ms: above the pause of the gateway. */
const OUTCOME_MS = 30_000;
/** A part so small that no bill is paid in full during a run. */
const FLOW_AMOUNT = '0.01';

export interface SessionFigures {
  views: number;
  failedViews: number;
  longestViewMs: number;
  flows: number;
  failedFlows: number;
  /** From the identification to the exit pass. */
  longestFlowMs: number;
  /** Visits and flows whose instance did not have their session. */
  lostSessions: number;
  /** The first failures, in words. */
  problems: string[];
}

const PROBLEMS_MAX = 20;

/** A visitor and the last state of its session. */
interface Visitor {
  browser: Browser;
  session: { id: string; views: number } | null;
}

export class SessionClients {
  readonly figures: SessionFigures = {
    views: 0,
    failedViews: 0,
    longestViewMs: 0,
    flows: 0,
    failedFlows: 0,
    longestFlowMs: 0,
    lostSessions: 0,
    problems: [],
  };
  private readonly visitors: Visitor[];

  /**
   * @param url the address of the balancer.
   * @param count the number of visitors, and of flows at once. Each flow pays for a sample patient
   *   of its own, from number 1.
   * @param getMoment names what happens now, for the list of problems.
   */
  constructor(
    private readonly url: string,
    readonly count: number,
    private readonly getMoment: () => string,
  ) {
    this.visitors = Array.from({ length: count }, () => ({
      browser: new Browser({ url }),
      session: null,
    }));
  }

  /** Visits and pays until `stop` fires; a flow that has begun is completed. Never rejects. */
  async run(stop: AbortSignal): Promise<void> {
    const patients = Array.from({ length: this.count }, (_, index) => index + 1);
    await Promise.all([
      ...this.visitors.map((visitor) => repeat(() => this.visit(visitor), VISIT_PAUSE_MS, stop)),
      ...patients.map((patient) => repeat(() => this.pay(patient), FLOW_PAUSE_MS, stop)),
    ]);
  }

  close(): void {
    this.visitors.forEach(({ browser }) => browser.close());
  }

  private async visit(visitor: Visitor): Promise<void> {
    const { figures } = this;
    const { error, session, latencyMs } = await visitor.browser.visit();
    figures.views += 1;
    figures.longestViewMs = Math.max(figures.longestViewMs, latencyMs);
    if (session === null) {
      figures.failedViews += 1;
      this.note(`view: ${error ?? 'no session'}`);
      return;
    }
    const before = visitor.session;
    if (before && (session.id !== before.id || session.views <= before.views)) {
      figures.lostSessions += 1;
      this.note(`view: the session ${before.id} is lost after ${before.views} views`);
    }
    visitor.session = session;
  }

  private async pay(patient: number): Promise<void> {
    const { figures } = this;
    const flow = new PaymentFlow({ url: this.url, patient, amount: FLOW_AMOUNT });
    const startMs = performance.now();
    const isComplete = await flow.complete({ outcomeMs: OUTCOME_MS });
    figures.flows += 1;
    figures.longestFlowMs = Math.max(figures.longestFlowMs, performance.now() - startMs);
    if (flow.sessionLost) figures.lostSessions += 1;
    if (!isComplete) {
      figures.failedFlows += 1;
      const last = flow.steps.at(-1);
      this.note(`flow: ${last?.name}: ${last?.error ?? flow.outcome} at ${last?.instance}`);
    }
    flow.close();
  }

  private note(problem: string): void {
    const { problems } = this.figures;
    if (problems.length < PROBLEMS_MAX) problems.push(`${this.getMoment()}: ${problem}`);
  }
}

async function repeat(act: () => Promise<void>, pauseMs: number, stop: AbortSignal): Promise<void> {
  while (!stop.aborted) {
    await act();
    await sleep(pauseMs);
  }
}
