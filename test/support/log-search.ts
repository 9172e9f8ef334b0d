/**
 * Searches all logs of a test run for all secrets that log-evidence.ts collected. The search also
 * fails when systems ran and no log exists, and when a secret is too short to search for. Reports
 * never contain a secret.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { SHORTEST, type Secret } from './log-evidence.js';

export interface Searched {
  files: number;
  lines: number;
  secrets: number;
  /** Problems, one sentence each; empty: none. */
  problems: string[];
}

/** A header with a token or a cookie, of any request. */
const HEADERS =
  /\bBearer\s+(?!\[redacted\])[\w-]{12,}|\bset-cookie['"]?\s*:|\brelevo\.(?:sid|console)=[\w%]/i;

interface Sought {
  kind: string;
  bytes: Buffer;
  whole: boolean;
}

const isWordByte = (byte: number | undefined): boolean =>
  byte !== undefined && /[\w\x80-\xff]/.test(String.fromCharCode(byte));

/** The value itself, and its forms in an address and in JSON. */
const spellings = (value: string): string[] => [
  ...new Set([value, encodeURIComponent(value), JSON.stringify(value).slice(1, -1)]),
];

/** Finds many texts in one pass; looks candidates up by their first four bytes. */
class SecretFinder {
  private readonly byHead = new Map<number, Sought[]>();
  private readonly firstTwo = new Uint8Array(65_536);

  /** @throws Error that names the kind of a secret that is too short. */
  constructor(secrets: readonly Secret[]) {
    for (const { kind, value, whole } of secrets) {
      if (value.length < SHORTEST)
        throw new Error(
          `the ${kind} is too short to be searched for: it has ${value.length} characters`,
        );
      for (const bytes of spellings(value).map((text) => Buffer.from(text))) {
        const head = bytes.readUInt32LE(0);
        this.byHead.set(head, [...(this.byHead.get(head) ?? []), { kind, bytes, whole }]);
        this.firstTwo[bytes.readUInt16LE(0)] = 1;
      }
    }
  }

  /** Kinds of the secrets in a text, each with the position of its first occurrence. */
  find(text: Buffer): Map<string, number> {
    const found = new Map<string, number>();
    for (let at = 0; at + SHORTEST <= text.length; at += 1) {
      if (this.firstTwo[(text[at] ?? 0) | ((text[at + 1] ?? 0) << 8)] !== 1) continue;
      for (const { kind, bytes, whole } of this.byHead.get(text.readUInt32LE(at)) ?? []) {
        if (
          found.has(kind) ||
          text.compare(bytes, 0, bytes.length, at, Math.min(at + bytes.length, text.length)) !== 0
        )
          continue;
        if (!whole || !(isWordByte(text[at - 1]) || isWordByte(text[at + bytes.length])))
          found.set(kind, at);
      }
    }
    return found;
  }
}

function readSecrets(folder: string): Secret[] {
  const texts = readdirSync(folder)
    .filter((name) => name.endsWith('.secrets'))
    .map((name) => readFileSync(join(folder, name), 'utf8'));
  const all = texts.flatMap((text) =>
    text
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line) as Secret),
  );
  return [...new Map(all.map((secret) => [secret.value, secret])).values()];
}

const linesIn = (text: Buffer, end = text.length): number => {
  let count = 0;
  for (let at = text.indexOf(10); at >= 0 && at < end; at = text.indexOf(10, at + 1)) count += 1;
  return count;
};

/** Problems of one log. @param name of the log in the report. */
function leaksIn(finder: SecretFinder, name: string, text: Buffer): string[] {
  const leaks = [...finder.find(text)].map(
    ([kind, at]) => `line ${linesIn(text, at) + 1} of ${name} has the ${kind}`,
  );
  const [header] = HEADERS.exec(text.toString('latin1')) ?? [];
  return header === undefined ? leaks : [...leaks, `${name} has a header with a token or a cookie`];
}

/**
 * @param folder TEST_LOGS of the run. @param expectsLogs whether systems ran, so that logs must
 *   exist.
 */
export function searchLogs(folder: string, expectsLogs: boolean): Searched {
  const secrets = readSecrets(folder);
  const logs = join(folder, 'logs');
  const sources = existsSync(logs) ? readdirSync(logs) : [];
  const searched: Searched = { files: 0, lines: 0, secrets: secrets.length, problems: [] };
  const tooShort = secrets.filter(({ value }) => value.length < SHORTEST);
  searched.problems.push(
    ...tooShort.map(
      ({ kind, value }) =>
        `the ${kind} is too short to be searched for: it has ${value.length} characters`,
    ),
  );
  const finder = new SecretFinder(secrets.filter((secret) => !tooShort.includes(secret)));
  for (const source of sources) {
    const names = readdirSync(join(logs, source));
    const texts = names.map(
      (name) =>
        [
          `${source.replaceAll('--', '/')}: ${name}`,
          readFileSync(join(logs, source, name)),
        ] as const,
    );
    if (texts.every(([, text]) => text.length === 0))
      searched.problems.push(`${source}: systems ran and wrote nothing that could be searched`);
    for (const [name, text] of texts) {
      searched.files += 1;
      searched.lines += linesIn(text);
      searched.problems.push(...leaksIn(finder, name, text));
    }
  }
  if (expectsLogs && searched.lines === 0)
    searched.problems.push('systems ran and no log was there to be searched');
  if (expectsLogs && searched.secrets === 0)
    searched.problems.push('systems ran and no secret was kept to be searched for');
  return searched;
}
