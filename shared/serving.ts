/**
 * A server and its connections: how long a request may take to arrive and an answer may take to leave, how many connections there may
 * be, the answer to a request that cannot be read, and an end that cuts no request off.
 * The end: the server stops listening, every answer says `Connection: close`, and a kept connection without a request is closed when it
 * has been quiet for `LINGER_MS`. A client that sends a request at that very moment still loses it; HTTP/1.1 has no means against that.
 * @see https://www.rfc-editor.org/rfc/rfc9112#section-9.6
 */
import { createServer, STATUS_CODES, type Server, type ServerResponse } from 'node:http';
import { Server as NetServer, type Socket } from 'node:net';
import type { Express } from 'express';
import { Problem, type ProblemCode } from './errors.js';

/** Connections the kernel keeps until they are accepted. Beyond Node's own 511 a burst loses some, which try again after 1, 3, 7 s. */
const ACCEPT_BACKLOG = 4_096;
/** How long a kept connection may be without a request, in ms: longer than the clients of common balancers keep theirs. */
const KEEP_ALIVE_MS = 65_000;
/** From the first byte of a request to the last of its head, and to the last of its body, in ms. */
const HEAD_MS = 10_000;
const REQUEST_MS = 20_000;
/** How often both are checked, in ms. */
const CHECK_MS = 1_000;
/** A client that has taken nothing of its answer for so long, in ms, loses the connection. */
const STALLED_MS = 15_000;
/** Most connections of a server, where its own bound is not another one. */
const CONNECTIONS_MAX = 2_000;
/** A connection that has been quiet for so long, in ms, is closed when the server ends. */
const LINGER_MS = 500;
/** How often the end looks for such connections, in ms. */
const SWEEP_MS = 25;

/** Listeners of one answer that are no sign of a leak: a stream piped into it adds six. */
const LISTENERS_MAX = 20;

interface Connection {
  /** Requests that are not answered yet. */
  underWay: number;
  /** The latest answer. */
  answer: ServerResponse | null;
  quietSince: number;
  /** Bytes read when that was noted. */
  bytes: number;
}

/** What the parser says, as a problem. Everything else is a request that cannot be read. */
const PARSER_PROBLEMS: Readonly<Record<string, ProblemCode>> = {
  HPE_HEADER_OVERFLOW: 'HEADERS_TOO_LARGE',
  HPE_CHUNK_EXTENSIONS_OVERFLOW: 'BODY_TOO_LARGE',
  ERR_HTTP_REQUEST_TIMEOUT: 'REQUEST_TIMEOUT',
};

/** A problem as an answer, for a request that the app never sees. */
function refusal(code: ProblemCode): { status: number; headers: Record<string, string | number>; body: string } {
  const problem = new Problem(code);
  const body = JSON.stringify(problem);
  const headers = {
    'Content-Type': 'application/problem+json; charset=utf-8', 'Content-Length': Buffer.byteLength(body),
    'X-Content-Type-Options': 'nosniff', 'Cache-Control': 'no-store', Connection: 'close',
  };
  return { status: problem.status, headers, body };
}

/** The whole of that as text, for a request that never became one. */
function refusalText(code: ProblemCode): string {
  const { status, headers, body } = refusal(code);
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  return `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${lines.join('')}\r\n${body}`;
}

class Connections {
  private readonly all = new Map<Socket, Connection>();
  private leaving = false;

  constructor(
    private readonly server: Server,
    private readonly app: Express,
  ) {
    server.on('connection', (socket: Socket) => this.opened(socket));
    server.on('request', ({ socket }, response) => this.asked(socket, response));
    server.on('clientError', (error: NodeJS.ErrnoException, socket) => this.unreadable(error, socket as Socket));
    server.on('checkExpectation', (_request, response) => {
      const { status, headers, body } = refusal('EXPECTATION_FAILED');
      response.writeHead(status, headers).end(body);
    });
  }

  /** From now on every answer closes its connection, and the app says that it is not ready. */
  leave(): void {
    this.leaving = true;
    this.app.locals['leaving'] = true;
    for (const { answer } of this.all.values()) if (answer && !answer.headersSent) answer.setHeader('Connection', 'close');
  }

  /** Resolves when the last connection is gone. */
  close(): Promise<void> {
    this.leave();
    return new Promise((resolve) => {
      const sweep = setInterval(() => setImmediate(() => this.closeQuiet()), SWEEP_MS);
      // Not the close of HTTP's own server: it ends kept connections at once, and the requests that are on their way with them.
      const end = (): void => {
        clearInterval(sweep);
        this.server.close(() => undefined); // The timer of its time-outs.
        resolve();
      };
      // After the kernel's queue of new connections was emptied: what is left in it is reset.
      setImmediate(() => NetServer.prototype.close.call(this.server, end));
    });
  }

  private opened(socket: Socket): void {
    this.all.set(socket, { underWay: 0, answer: null, quietSince: performance.now(), bytes: 0 });
    socket.once('close', () => this.all.delete(socket));
  }

  private asked(socket: Socket, response: ServerResponse): void {
    const connection = this.all.get(socket);
    if (!connection) return;
    connection.underWay += 1;
    connection.answer = response;
    if (this.leaving) response.setHeader('Connection', 'close');
    response.setMaxListeners(LISTENERS_MAX);
    // An answer that is waited for is quiet too; only one that has begun and is not taken is stalled.
    response.on('timeout', () => {
      if (socket.writableLength > 0) socket.destroy();
    });
    response.once('close', () => {
      connection.underWay -= 1;
      if (connection.answer === response) connection.answer = null;
      this.note(socket, connection);
    });
  }

  private note(socket: Socket, connection: Connection): void {
    connection.quietSince = performance.now();
    connection.bytes = socket.bytesRead;
  }

  /** Runs after the sockets were read, so a request that has arrived is seen. */
  private closeQuiet(): void {
    const quietSince = performance.now() - LINGER_MS;
    for (const [socket, connection] of this.all) {
      if (connection.underWay > 0) continue;
      if (socket.bytesRead !== connection.bytes) this.note(socket, connection);
      else if (connection.quietSince <= quietSince) socket.destroy();
    }
  }

  private unreadable({ code = '' }: NodeJS.ErrnoException, socket: Socket): void {
    const answer = this.all.get(socket)?.answer;
    const isAnswered = answer?.headersSent === true;
    if (socket.writable && code !== 'ECONNRESET' && !isAnswered) socket.write(refusalText(PARSER_PROBLEMS[code] ?? 'REQUEST_MALFORMED'));
    socket.destroySoon();
  }
}

const connectionsOf = new WeakMap<Server, Connections>();

function known(server: Server): Connections {
  const connections = connectionsOf.get(server);
  if (!connections) throw new Error('This server was not made by listen()');
  return connections;
}

/**
 * Listens.
 * @param connectionsMax most connections; one more is closed at once.
 * @throws Error with one clear sentence when the port is taken.
 */
export function listen(app: Express, port: number, host: string, connectionsMax = CONNECTIONS_MAX): Promise<Server> {
  const server = createServer({
    headersTimeout: HEAD_MS, requestTimeout: REQUEST_MS, connectionsCheckingInterval: CHECK_MS, keepAliveTimeout: KEEP_ALIVE_MS,
  });
  server.timeout = STALLED_MS;
  server.maxConnections = connectionsMax;
  connectionsOf.set(server, new Connections(server, app));
  server.on('request', app);
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) =>
      reject(error.code === 'EADDRINUSE' ? new Error(`Port ${port} is taken by another program`) : error),
    );
    server.listen({ port, host, backlog: ACCEPT_BACKLOG }, () => resolve(server));
  });
}

/** The first step of an end, where others follow before the server closes: not ready any more, still listening. */
export const leave = (server: Server): void => known(server).leave();

/** Stops listening, lets requests under way and on their way end, then closes the connections. */
export const closeServer = (server: Server): Promise<void> => known(server).close();
