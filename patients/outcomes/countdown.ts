/**
 * Waits until many payments are final, with one shared callback and one counter; keeps nothing
 * about final payments.
 */
import type { Outcomes } from './outcomes.js';

export class Countdown {
  private left = 0;
  private readonly counted: string[] = [];
  private ended: (() => void) | null = null;

  constructor(private readonly outcomes: Outcomes) {}

  /** Adds a payment that is not known to be final. */
  add(paymentId: string): void {
    this.left += 1;
    this.counted.push(paymentId);
    this.outcomes.count(paymentId, this.oneLess);
  }

  /**
   * Resolves when all are final, after `waitMs`, when `gone` fires, or when the process ends. Then
   * no subscription remains.
   */
  async done(waitMs: number, gone: AbortSignal): Promise<void> {
    if (this.left > 0 && waitMs > 0) await this.until(waitMs, gone);
    this.cancel();
  }

  /** Unsubscribes from the remaining payments. */
  cancel(): void {
    const ids = this.counted.splice(0);
    if (this.left > 0) for (const paymentId of ids) this.outcomes.uncount(paymentId, this.oneLess);
  }

  private readonly oneLess = (): void => {
    this.left -= 1;
    if (this.left === 0) this.ended?.();
  };

  private until(waitMs: number, gone: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      this.ended = (): void => {
        unlimit();
        resolve();
      };
      const unlimit = this.outcomes.limit(waitMs, gone, this.ended);
    });
  }
}
