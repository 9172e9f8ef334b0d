/**
 * A page in a headless Chromium of the machine, for tests of what a browser makes of our pages. It speaks the DevTools protocol over a
 * pipe, so no port and no library is needed. @see https://chromedevtools.github.io/devtools-protocol/
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { accessSync, constants, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import type { Readable, Writable } from 'node:stream';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];

/** Where Chromium is; null: this machine has none. `CHROMIUM` names one that is not on the path. */
export function findChromium(): string | null {
  const paths = (process.env['PATH'] ?? '').split(delimiter).flatMap((folder) => NAMES.map((name) => join(folder, name)));
  for (const path of [process.env['CHROMIUM'] ?? '', ...paths]) {
    try {
      if (path !== '') accessSync(path, constants.X_OK);
      if (path !== '') return path;
    } catch {
      // Not this one.
    }
  }
  return null;
}

export interface Event {
  method: string;
  params: Record<string, unknown>;
}

export interface BrowserPage {
  send<T = unknown>(method: string, params?: Record<string, unknown>): Promise<T>;
  /** Everything the page reported so far. */
  events: readonly Event[];
  /** The value of an expression in the page. */
  evaluate<T>(expression: string): Promise<T>;
  /** Resolves when the page has loaded. @throws Error after ten seconds. */
  open(url: string): Promise<void>;
  close(): Promise<void>;
}

interface Message {
  id?: number;
  method?: string;
  params?: Record<string, unknown>;
  result?: unknown;
  error?: { message: string };
}

const LOAD_MS = 10_000;
const FLAGS = ['--headless=new', '--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking', '--remote-debugging-pipe'];

/** Messages both ways, each ended by a NUL. */
class Connection {
  readonly events: Event[] = [];
  private readonly waiting = new Map<number, (message: Message) => void>();
  private listener: (event: Event) => void = () => undefined;
  private last = 0;
  sessionId: string | undefined;

  constructor(private readonly output: Writable, input: Readable) {
    let text = '';
    input.setEncoding('utf8').on('data', (piece: string) => {
      const messages = (text + piece).split('\0');
      text = messages.pop() ?? '';
      messages.forEach((message) => this.take(JSON.parse(message) as Message));
    });
  }

  async send<T>(method: string, params: Record<string, unknown> = {}): Promise<T> {
    const id = ++this.last;
    const answer = new Promise<Message>((settle) => this.waiting.set(id, settle));
    this.output.write(`${JSON.stringify({ id, method, params, sessionId: this.sessionId })}\0`);
    const { result, error } = await answer;
    if (error) throw new Error(`${method}: ${error.message}`);
    return result as T;
  }

  /** Resolves at the next event of this name. */
  once(method: string): Promise<void> {
    return new Promise((settle) => {
      this.listener = (event) => {
        if (event.method === method) settle();
      };
    });
  }

  private take({ id, method, params = {}, ...answer }: Message): void {
    if (id !== undefined) this.waiting.get(id)?.(answer);
    else if (method !== undefined) {
      this.events.push({ method, params });
      this.listener({ method, params });
    }
  }
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  await new Promise((settle) => child.once('close', settle));
}

/** A fresh browser with one page and no network. */
export async function openBrowser(program: string): Promise<BrowserPage> {
  const folder = mkdtempSync(join(tmpdir(), 'relevo-chromium-'));
  const child = spawn(program, [...FLAGS, `--user-data-dir=${folder}`, 'about:blank'], { stdio: ['ignore', 'ignore', 'ignore', 'pipe', 'pipe'] });
  const connection = new Connection(child.stdio[3] as Writable, child.stdio[4] as Readable);
  const { targetId } = await connection.send<{ targetId: string }>('Target.createTarget', { url: 'about:blank' });
  const { sessionId } = await connection.send<{ sessionId: string }>('Target.attachToTarget', { targetId, flatten: true });
  connection.sessionId = sessionId;
  for (const domain of ['Page', 'Runtime', 'Log', 'Network']) await connection.send(`${domain}.enable`);
  await connection.send('Network.emulateNetworkConditions', { offline: true, latency: 0, downloadThroughput: -1, uploadThroughput: -1 });
  return {
    events: connection.events,
    send: (method, params) => connection.send(method, params),
    evaluate: async <T>(expression: string) => {
      const { result } = await connection.send<{ result: { value: T } }>('Runtime.evaluate', { expression, returnByValue: true });
      return result.value;
    },
    open: async (url) => {
      const loaded = connection.once('Page.loadEventFired');
      await connection.send('Page.navigate', { url });
      let timer: NodeJS.Timeout | undefined;
      const late = new Promise((_, fail) => { timer = setTimeout(() => fail(new Error(`${url} did not load`)), LOAD_MS); });
      await Promise.race([loaded, late]).finally(() => clearTimeout(timer));
    },
    close: async () => {
      connection.sessionId = undefined;
      await connection.send('Browser.close').catch(() => child.kill('SIGKILL'));
      await ended(child);
      for (const stream of child.stdio) stream?.destroy();
      rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}
