/**
 * Asks a member of a ZooKeeper ensemble for its role, with the four-letter word `srvr` on its
 * client port. Needs no session, so that it works without a majority.
 */
import { connect, type Socket } from 'node:net';
import { withDeadline } from '../deadline.js';
import type { MemberRole } from './round-kinds.js';

const TIMEOUT_MS = 1_000;
/** An answer has some 200 bytes; any other program may answer on this port. */
const LARGEST_ANSWER = 4_096;

export interface EnsembleState {
  role: MemberRole;
  /** Clients that are connected to it; null: unknown. */
  connections: number | null;
}

export interface MemberPlace {
  name: string;
  host: string;
  /** For clients. */
  port: number;
}

const SILENT: EnsembleState = { role: 'silent', connections: null };

/** The state in the answer to `srvr`. Pure. */
export function parseMemberState(answer: string): EnsembleState {
  const mode = /^Mode: (leader|follower)$/m.exec(answer)?.[1];
  const connections = /^Connections: (\d{1,9})$/m.exec(answer)?.[1];
  if (mode === 'leader' || mode === 'follower')
    return { role: mode, connections: connections === undefined ? null : Number(connections) };
  return /not currently serving requests/.test(answer) ? { ...SILENT, role: 'waiting' } : SILENT;
}

/** @throws Error when the connection fails, or the answer is too long. */
const readAnswer = (socket: Socket, signal: AbortSignal): Promise<string> =>
  new Promise((resolve, reject) => {
    let answer = '';
    const fail = (reason: string): void => {
      socket.destroy();
      reject(new Error(reason));
    };
    signal.addEventListener('abort', () => fail('no answer in time'), { once: true });
    socket.setEncoding('latin1');
    socket.on('data', (text: string) => {
      answer += text;
      if (answer.length > LARGEST_ANSWER) fail('the answer is too long');
    });
    socket.once('error', (error) => fail(error.message));
    socket.once('close', () => resolve(answer));
    socket.once('connect', () => socket.write('srvr'));
  });

/** The state of a member now. Takes at most a second; never throws. */
export async function readMemberState({
  host,
  port,
}: Pick<MemberPlace, 'host' | 'port'>): Promise<EnsembleState> {
  try {
    const answer = await withDeadline(TIMEOUT_MS, null, (signal) =>
      readAnswer(connect({ host, port }), signal),
    );
    return parseMemberState(answer);
  } catch {
    return SILENT;
  }
}
