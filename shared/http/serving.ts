/**
 * The HTTP server and its connections: time limits for requests and answers, the limit of
 * connections, the answer to an unreadable request, and a shutdown that interrupts no request. On
 * shutdown the server stops listening, every answer carries `Connection: close`, and a kept
 * connection without a request is closed after `LINGER_MS` without traffic. A client that sends a
 * request at exactly that time still loses it; HTTP/1.1 cannot prevent that.
 * @see https://www.rfc-editor.org/rfc/rfc9112#section-9.6
 */
import {
  createServer,
  STATUS_CODES,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http';
import { Server as NetServer, type Socket } from 'node:net';
import type { Express } from 'express';
import { Problem, type ProblemCode } from '../errors.js';

/**
 * Connections that the kernel queues for accept. With Node's default of 511 a burst loses some;
 * clients retry after 1, 3, 7 s.
 */
const ACCEPT_BACKLOG = 4_096;
/**
 * Longest idle time of a kept connection, in ms: longer than the clients of common balancers keep
 * theirs.
 */
const KEEP_ALIVE_MS = 65_000;
/** From the first byte of a request to the end of its head, and to the end of its body, in ms. */
const HEAD_MS = 10_000;
const REQUEST_MS = 20_000;
/** How often both limits are checked, in ms. */
const CHECK_MS = 1_000;
/** A client that reads nothing of its answer for this long, in ms, is disconnected. */
const STALLED_MS = 15_000;
/** Most connections of a server. Default: 2,000. */
const CONNECTIONS_MAX = 2_000;
/** On shutdown, a connection without traffic for this long, in ms, is closed. */
const LINGER_MS = 500;
/** How often the shutdown checks for such connections, in ms. */
const SWEEP_MS = 25;

/** Listeners of one answer that do not indicate a leak: a stream piped into it adds six. */
const LISTENERS_MAX = 20;

interface Connection {
  /** Requests that are not answered yet. */
  underWay: number;
  /** The latest answer. */
  answer: ServerResponse | null;
  quietSince: number;
  /** Bytes read at `quietSince`. */
  bytes: number;
}

/** The parser's error codes as problems. Any other code means an unreadable request. */
const PARSER_PROBLEMS: Readonly<Record<string, ProblemCode>> = {
  HPE_HEADER_OVERFLOW: 'HEADERS_TOO_LARGE',
  HPE_CHUNK_EXTENSIONS_OVERFLOW: 'BODY_TOO_LARGE',
  ERR_HTTP_REQUEST_TIMEOUT: 'REQUEST_TIMEOUT',
};

/** A problem as an answer to a request that never reaches the app. */
function refusal(code: ProblemCode): {
  status: number;
  headers: Record<string, string | number>;
  body: string;
} {
  const problem = new Problem(code);
  const body = JSON.stringify(problem);
  const headers = {
    'Content-Type': 'application/problem+json; charset=utf-8',
    'Content-Length': Buffer.byteLength(body),
    'X-Content-Type-Options': 'nosniff',
    'Cache-Control': 'no-store',
    'Connection': 'close',
  };
  return { status: problem.status, headers, body };
}

/** The whole answer as text, for input that never became a request. */
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
    server.on('connection', (socket: Socket) => this.onOpened(socket));
    server.on('request', ({ socket }, response) => this.onAsked(socket, response));
    server.on('clientError', (error: NodeJS.ErrnoException, socket) =>
      this.unreadable(error, socket as Socket),
    );
    server.on('checkExpectation', (_request, response) => {
      const { status, headers, body } = refusal('EXPECTATION_FAILED');
      response.writeHead(status, headers).end(body);
    });
  }

  /** From now on every answer closes its connection, and the app reports that it is not ready. */
  leave(): void {
    this.leaving = true;
    this.app.locals['leaving'] = true;
    for (const { answer } of this.all.values())
      if (answer && !answer.headersSent) answer.setHeader('Connection', 'close');
  }

  /** Resolves when the last connection is closed. */
  close(): Promise<void> {
    this.leave();
    return new Promise((resolve) => {
      const sweep = setInterval(() => setImmediate(() => this.closeQuiet()), SWEEP_MS);
      // Not `close` of the HTTP server: it ends kept connections at once, together with requests on
      // their way.
      const end = (): void => {
        clearInterval(sweep);
        this.server.close(() => undefined); // Stops the timer of its time-outs.
        resolve();
      };
      // After the kernel's queue of new connections was emptied, because connections left in it are
      // reset.
      setImmediate(() => NetServer.prototype.close.call(this.server, end));
    });
  }

  private onOpened(socket: Socket): void {
    this.all.set(socket, { underWay: 0, answer: null, quietSince: performance.now(), bytes: 0 });
    socket.once('close', () => this.all.delete(socket));
  }

  private onAsked(socket: Socket, response: ServerResponse): void {
    const connection = this.all.get(socket);
    if (!connection) return;
    connection.underWay += 1;
    connection.answer = response;
    if (this.leaving) response.setHeader('Connection', 'close');
    response.setMaxListeners(LISTENERS_MAX);
    // An answer in preparation is idle too; only an answer that has begun and is not read is
    // stalled.
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

  /** Runs after the sockets were read, so that a request that has arrived is seen. */
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
    if (socket.writable && code !== 'ECONNRESET' && !isAnswered)
      socket.write(refusalText(PARSER_PROBLEMS[code] ?? 'REQUEST_MALFORMED'));
    socket.destroySoon();
  }
}

const connectionsOf = new WeakMap<Server, Connections>();

function getConnections(server: Server): Connections {
  const connections = connectionsOf.get(server);
  if (!connections) throw new Error('This server was not made by listen()');
  return connections;
}

/** Sees a request before the app. @returns whether it answered the request. */
export type RequestGate = (request: IncomingMessage, response: ServerResponse) => boolean;

interface ServerOptions {
  /** Most connections; any further connection is closed at once. */
  connectionsMax?: number;
  gate?: RequestGate;
}

/**
 * Starts a server.
 * @throws Error with one clear sentence when the port is in use.
 */
export function listen(
  app: Express,
  port: number,
  host: string,
  { connectionsMax = CONNECTIONS_MAX, gate }: ServerOptions = {},
): Promise<Server> {
  const server = createServer({
    headersTimeout: HEAD_MS,
    requestTimeout: REQUEST_MS,
    connectionsCheckingInterval: CHECK_MS,
    keepAliveTimeout: KEEP_ALIVE_MS,
  });
  server.timeout = STALLED_MS;
  server.maxConnections = connectionsMax;
  connectionsOf.set(server, new Connections(server, app));
  const passGate = (request: IncomingMessage, response: ServerResponse): void => {
    if (gate?.(request, response) !== true) app(request, response);
  };
  server.on('request', gate ? passGate : app);
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) =>
      reject(
        error.code === 'EADDRINUSE' ? new Error(`Port ${port} is taken by another program`) : error,
      ),
    );
    server.listen({ port, host, backlog: ACCEPT_BACKLOG }, () => resolve(server));
  });
}

/**
 * First step of a shutdown whose further steps precede the close of the server: reports not ready,
 * still listens.
 */
export const leave = (server: Server): void => getConnections(server).leave();

/** Stops listening, lets current and arriving requests finish, then closes the connections. */
export const closeServer = (server: Server): Promise<void> => getConnections(server).close();
