/**
 * A visitor with a browser's cookies and nothing else of a browser: stores cookies, sends them
 * back, reads the CSRF token of a page.
 */
import { eventually } from '../../support/eventually.js';
import { send, type Answered, type Sent } from './sending.js';
import type { Services } from './services.js';
import type { ServiceName } from './vocabulary.js';

/** The CSRF token in a page: in a form's hidden field, or in the head for its scripts. */
const PROOF = /name="csrf" (?:value|content)="([^"]+)"/;

export interface FormField {
  name: string;
  value: string | null;
}

export class Visitor {
  private readonly cookies = new Map<string, string>();
  /** The latest content of visited pages, for their forms. */
  private readonly seen = new Map<string, string>();

  constructor(readonly base: string) {}

  /** The cookies in the form of a browser driver. */
  get jar(): { name: string; value: string; url: string }[] {
    return [...this.cookies].map(([name, value]) => ({ name, value, url: this.base }));
  }

  get cookieHeader(): string {
    return [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
  }

  /** Every cookie with a broken signature. */
  get forgedCookieHeader(): string {
    return [...this.cookies]
      .map(([name, value]) => `${name}=${value.slice(0, -6)}AAAAAA`)
      .join('; ');
  }

  async ask(path: string, init: Sent = {}): Promise<Answered> {
    const headers = {
      Accept: 'text/html',
      ...(this.cookies.size > 0 ? { Cookie: this.cookieHeader } : {}),
      ...init.headers,
    };
    const answered = await send(this.base + path, { ...init, headers });
    this.keep(answered.headers);
    return answered;
  }

  /**
   * Sends a form as a page of this visitor does, with its hidden fields. @param from the page with
   * the form.
   */
  async submit(
    path: string,
    fields: Readonly<Record<string, string>>,
    from: string,
  ): Promise<Answered> {
    const hidden = Object.fromEntries(
      (await this.form(from, path))
        .filter(({ value }) => value !== null)
        .map(({ name, value }) => [name, value ?? '']),
    );
    const answered = await this.ask(path, {
      method: 'POST',
      body: new URLSearchParams({ ...hidden, ...fields }),
    });
    this.forget();
    return answered;
  }

  /** The CSRF token in a page; '' when the page has none. */
  async proof(path: string): Promise<string> {
    return PROOF.exec(await this.page(path))?.[1] ?? '';
  }

  /** The fields of a page's form for `action`: values of hidden fields, null for the others. */
  async form(path: string, action: string): Promise<FormField[]> {
    const text = await this.page(path);
    const [form = ''] = [...text.matchAll(/<form[^>]*>.*?<\/form>/gs)]
      .map(([whole]) => whole)
      .filter((whole) => whole.includes(`action="${action}"`));
    return [...form.matchAll(/<(?:input|select|textarea)[^>]*>/g)].flatMap(([field]) => {
      const [, name = ''] = /\bname="([^"]*)"/.exec(field) ?? [];
      const [, value = ''] = /\bvalue="([^"]*)"/.exec(field) ?? [];
      return name === '' ? [] : [{ name, value: field.includes('type="hidden"') ? value : null }];
    });
  }

  private async page(path: string): Promise<string> {
    const seen = this.seen.get(path) ?? (await this.ask(path)).text;
    this.seen.set(path, seen);
    return seen;
  }

  /** Discards the remembered pages after a change. */
  forget(): void {
    this.seen.clear();
  }

  keep(headers: Headers): void {
    for (const cookie of headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(cookie) ?? [];
      if (value === '' || /expires=Thu, 01 Jan 1970/i.test(cookie)) this.cookies.delete(name);
      else this.cookies.set(name, value);
    }
  }
}

/**
 * Signs in: the operator at a monitor; staff at patients, with the identification of a patient.
 * Repeats a request that a busy service answers with 503. @throws Error when that fails.
 */
export async function signedIn(service: ServiceName, services: Services): Promise<Visitor> {
  const visitor = new Visitor(services.url(service));
  const step = async (path: string, fields: Readonly<Record<string, string>>): Promise<void> => {
    let status = 0;
    const isAnswered = async (): Promise<boolean> =>
      ({ status } = await visitor.submit(path, fields, path)).status !== 503;
    await eventually(isAnswered, { what: `an answer to POST ${path} of ${service}` });
    if (status !== 303) throw new Error(`POST ${path} of ${service} was answered with ${status}`);
  };
  if (service === 'monitor') await step('/session', { token: 'operator', name: 'Guard' });
  if (service === 'patients') {
    await step('/sign-in', { token: 'api' });
    await step('/bill/identify', services.subjects.facts);
  }
  return visitor;
}
