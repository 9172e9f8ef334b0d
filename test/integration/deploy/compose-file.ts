/**
 * Reads docker-compose.yml and the Dockerfile for the tests: merges anchors and fills in variables
 * like Compose.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { findKept, type LockRows } from '../../../deploy/image-packages.js';
import { ROOT } from '../../../local/root.js';
import { toProgram } from '../../support/image-programs.js';

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

/** The program of a service of ours; null for an engine. */
export const programOf = (service: Service): string | null => toProgram(service.command);

const getStages = (): string[] => read('Dockerfile').split(/^FROM /m);

const copiedPaths = (stage: string, from: RegExp): string[] =>
  [...stage.matchAll(from)].flatMap(([, words]) => (words ?? '').split(/\s+/).slice(0, -1));

/** Files and folders that the Dockerfile copies from the checkout into its build stage. */
export const copiedIntoBuild = (): string[] =>
  getStages().flatMap((stage) => copiedPaths(stage, /^COPY (?!--from)(.+)$/gm));

/** Files and folders that the image takes from the build stage, relative to its root. */
export const copiedIntoImage = (): string[] =>
  copiedPaths(getStages().at(-1) ?? '', /^COPY --from=build (.+)$/gm).map((path) =>
    path.replace(/^\/app\//, ''),
  );

/** The names of the packages in the image. */
export function packagesOfImage(): Set<string> {
  const { packages } = JSON.parse(read('package-lock.json')) as { packages: LockRows };
  return new Set([...findKept(packages)].map((place) => place.slice('node_modules/'.length)));
}

/** The compiled file that the image runs without a command. */
export const defaultProgram = (): string =>
  /^CMD .*"([^"]+)"\]$/m.exec(read('Dockerfile'))?.[1] ?? '';

/** Whether the image has a health check for services without their own. */
export const imageHasHealthcheck = (): boolean => /^HEALTHCHECK (?!NONE)/m.test(read('Dockerfile'));

/** Files allowed into the build: the lines of .dockerignore that admit something. */
export const letIntoBuild = (): string[] =>
  [...read('.dockerignore').matchAll(/^!(\S+)$/gm)].map(([, name]) => name ?? '');
