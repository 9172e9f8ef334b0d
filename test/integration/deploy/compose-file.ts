/**
 * Reads docker-compose.yml and the Dockerfile for the tests: merges anchors and fills in variables
 * like Compose.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { ROOT } from '../../../local/root.js';

export interface Service {
  image?: string;
  build?: string;
  command?: readonly string[];
  environment?: Record<string, string | number>;
  depends_on?: Record<string, { condition: string }>;
  healthcheck?: { disable?: boolean; test?: readonly string[] };
  ports?: readonly string[];
  volumes?: readonly string[];
  profiles?: readonly string[];
  restart?: string;
  stop_grace_period?: string;
}

export interface ComposeFile {
  services: Record<string, Service>;
  volumes: Record<string, unknown>;
}

const read = (name: string): string => readFileSync(join(ROOT, name), 'utf8');

/** A fresh copy each time, because a test may change it. */
export const readCompose = (): ComposeFile =>
  parse(read('docker-compose.yml'), { merge: true }) as ComposeFile;

/**
 * Fills in `${A}`, `${A:-default}` and `${A:?message}`. @throws Error for a required variable that
 * is not set.
 */
function interpolate(text: string, env: Readonly<Record<string, string>>): string {
  return text.replace(
    /\$\{(\w+)(?::([-?])([^}]*))?\}/g,
    (_all, name: string, kind: string | undefined, rest: string) => {
      const value = env[name];
      if (value) return value;
      if (kind === '-') return rest;
      throw new Error(`${name} is not set: ${rest}`);
    },
  );
}

/** The environment of a service with these variables of `.env`. */
export function environmentOf(
  service: Service,
  env: Readonly<Record<string, string>>,
): Record<string, string> {
  return Object.fromEntries(
    Object.entries(service.environment ?? {}).map(([name, value]) => [
      name,
      interpolate(String(value), env),
    ]),
  );
}

/** The TypeScript file that a service of ours runs; null for an engine. */
export const programOf = (service: Service): string | null =>
  service.command?.find((word) => word.endsWith('.ts')) ?? null;

/** Files and folders that the Dockerfile copies from the checkout into the image. */
export function copiedIntoImage(): string[] {
  const lastStage =
    read('Dockerfile')
      .split(/^FROM /m)
      .at(-1) ?? '';
  const lines = [...lastStage.matchAll(/^COPY (?!--from)(.+)$/gm)].map(([, words]) =>
    (words ?? '').split(/\s+/),
  );
  return lines.flatMap((words) => words.slice(0, -1));
}

/** Whether the image has a health check for services without their own. */
export const imageHasHealthcheck = (): boolean => /^HEALTHCHECK (?!NONE)/m.test(read('Dockerfile'));

/** Files allowed into the build: the lines of .dockerignore that admit something. */
export const letIntoBuild = (): string[] =>
  [...read('.dockerignore').matchAll(/^!(\S+)$/gm)].map(([, name]) => name ?? '');
