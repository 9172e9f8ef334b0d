/**
 * An instance of patients like accept.ts and dispatch.ts: inserts rows in groups, one insert at a
 * time, and answers 2xx after the commit. Then it enqueues the ids without delaying the answer. The
 * relay finds ids that get lost.
 */
import { parcelsOf } from '../../shared/queue/queue.js';
import { Process } from '../model/process.js';
import { TIMES, type SentPayment, type Patients, type SimulatedSystem } from '../system.js';

interface Submission extends SentPayment {
  id: string;
  reply(accepted: boolean): void;
}

const GROUP_MAX = 5;
/** Attempts per insert while the database is unavailable, and the pause between them, in ms. */
const TRIES = 4;
const PAUSE_MS = 40;

export class PatientsProcess extends Process implements Patients {
  private waiting: Submission[] = [];
  private inserting = false;
  private toSend: string[] = [];
  private sending = false;

  constructor(
    private readonly system: SimulatedSystem,
    name: string,
    node: number,
  ) {
    super(system.world, name, node);
  }

  override onStart(): void {
    this.waiting = [];
    this.inserting = false;
    this.toSend = [];
    this.sending = false;
  }

  /** A client pays. @param reply true: 2xx. */
  pay(payment: SentPayment, reply: (accepted: boolean) => void): void {
    const id = `p${this.world.number()}`;
    this.waiting.push({ ...payment, id, reply });
    if (!this.system.rules.insertsBeforeAnswering) this.answer(this.waiting.slice(-1));
    this.insert();
  }

  cancel(key: string, reply: (marked: boolean) => void): void {
    const { database, payments } = this.system;
    database.ask(
      this,
      TIMES.statementMs,
      'a cancellation',
      () => payments.requestCancellation(key),
      (marked) => reply(marked === true),
    );
  }

  private insert(): void {
    if (this.inserting || this.waiting.length === 0) return;
    this.inserting = true;
    const group = this.waiting.splice(0, GROUP_MAX);
    this.try(group, TRIES);
  }

  private try(group: readonly Submission[], tries: number): void {
    const { database, payments } = this.system;
    database.ask(
      this,
      TIMES.statementMs,
      'an insert',
      () => payments.accept(group),
      (onInserted) => {
        if (onInserted) this.inserted(group, new Set(onInserted));
        else if (tries > 1) this.in(PAUSE_MS, () => this.try(group, tries - 1));
        else {
          this.inserting = false;
          this.refuse(group);
          this.insert();
        }
      },
    );
  }

  private inserted(group: readonly Submission[], ids: ReadonlySet<string>): void {
    this.inserting = false;
    this.answer(group.filter(({ id }) => ids.has(id)));
    this.send([...ids]);
    const others = group.filter(({ id }) => !ids.has(id));
    if (others.length > 0) this.lookUp(others);
    this.insert();
  }

  /**
   * Their keys exist already: from another request, or from an insert of this instance with a lost
   * answer. A row without its key is an operation that its payment does not allow.
   */
  private lookUp(others: readonly Submission[]): void {
    const { database, payments } = this.system;
    database.ask(
      this,
      TIMES.statementMs,
      'a look-up',
      () => others.map(({ key }) => payments.byKey.get(key)),
      (rows) => {
        if (rows === null) return this.refuse(others);
        const found = others.filter((_, index) => rows[index] !== undefined);
        this.answer(found);
        this.refuse(others.filter((_, index) => rows[index] === undefined));
        this.send(
          found
            .filter(({ id }) => rows.some((row) => row?.id === id && row.status === 'PENDING'))
            .map(({ id }) => id),
        );
      },
    );
  }

  private refuse(group: readonly Submission[]): void {
    for (const submission of group) submission.reply(false);
  }

  private answer(group: readonly Submission[]): void {
    for (const submission of group) {
      this.system.checks.payments.checkAcceptedAnswer(submission.key);
      this.world.log?.(this.name, `accepts ${submission.key}`);
      submission.reply(true);
    }
  }

  private send(ids: readonly string[]): void {
    this.toSend.push(...ids);
    if (this.sending || this.toSend.length === 0) return;
    this.sending = true;
    const parcels = parcelsOf(this.toSend.splice(0), TIMES.parcelMax);
    this.world.log?.(
      this.name,
      `enqueues ${parcels.map((parcel) => parcel.ids.join(' ')).join(' | ')}`,
    );
    this.system.queue.add(this, parcels, false, () => {
      this.sending = false;
      this.send([]);
    });
  }
}
