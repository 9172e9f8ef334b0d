/**
 * Formats a command for this installation: puts the RELEVO_DATA and RELEVO_PORT_OFFSET that are set
 * in front. Pure.
 */

/** One shell argument, quoted when necessary. */
export const quoteForShell = (text: string): string =>
  /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;

/**
 * The variables that a command needs: a start needs data folder and ports, every other command only
 * the data folder.
 */
const STARTING = ['RELEVO_DATA', 'RELEVO_PORT_OFFSET'];
const LOOKING = ['RELEVO_DATA'];

const withEnvironment = (
  names: readonly string[],
  line: string,
  env: Readonly<Record<string, string | undefined>>,
): string =>
  [
    ...names.flatMap((name) => (env[name] ? [`${name}=${quoteForShell(env[name])}`] : [])),
    line,
  ].join(' ');

/**
 * A command that starts the system: `RELEVO_DATA=/srv/relevo npm start` when RELEVO_DATA is set,
 * else unchanged.
 */
export const startHint = (
  line: string,
  env: Readonly<Record<string, string | undefined>>,
): string => withEnvironment(STARTING, line, env);

/** A command that only needs to find the data folder. */
export const lookHint = (line: string, env: Readonly<Record<string, string | undefined>>): string =>
  withEnvironment(LOOKING, line, env);
