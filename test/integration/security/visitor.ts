/** Somebody with a browser's cookies and nothing else of it: keeps what is set, sends it back, reads the CSRF token of a page. */
import { send, type Answered } from './asking.js';

/** As a page carries it: in a form's hidden field, or in the head for its scripts. */
const PROOF = /name="csrf" (?:value|content)="([^"]+)"/;

export class Visitor {
  private readonly cookies = new Map<string, string>();

  constructor(readonly base: string) {}

  get cookieHeader(): string {
    return [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
  }

  /** Every cookie with its signature spoilt. */
  get forgedCookieHeader(): string {
    return [...this.cookies].map(([name, value]) => `${name}=${value.slice(0, -6)}AAAAAA`).join('; ');
  }

  async ask(path: string, init: RequestInit = {}): Promise<Answered> {
    const headers = { Accept: 'text/html', ...(this.cookies.size > 0 ? { Cookie: this.cookieHeader } : {}), ...(init.headers as Record<string, string>) };
    const answered = await send(this.base + path, { ...init, headers });
    this.keep(answered.headers);
    return answered;
  }

  /** Sends a form as a page of this visitor would. @param from the page that shows it. */
  async submit(path: string, fields: Readonly<Record<string, string>>, from: string): Promise<Answered> {
    return this.ask(path, { method: 'POST', body: new URLSearchParams({ ...fields, csrf: await this.proof(from) }) });
  }

  /** The CSRF token in a page; '' when it has none. */
  async proof(path: string): Promise<string> {
    return PROOF.exec((await this.ask(path)).text)?.[1] ?? '';
  }

  keep(headers: Headers): void {
    for (const cookie of headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(cookie) ?? [];
      if (value === '' || /expires=Thu, 01 Jan 1970/i.test(cookie)) this.cookies.delete(name);
      else this.cookies.set(name, value);
    }
  }
}

/** How one signs in at a service that has pages. */
export const SIGN_IN: Readonly<Record<string, { page: string; fields: Readonly<Record<string, string>> }>> = {
  monitor: { page: '/session', fields: { token: 'operator', name: 'Guard' } },
};

/** @throws Error when signing in fails. */
export async function signedIn(service: string, base: string): Promise<Visitor> {
  const visitor = new Visitor(base);
  const way = SIGN_IN[service];
  if (!way) return visitor;
  const { status } = await visitor.submit(way.page, way.fields, way.page);
  if (status !== 303) throw new Error(`signing in at ${service} was answered with ${status}`);
  return visitor;
}
