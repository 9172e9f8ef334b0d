/**
 * Formats commands for this installation, so that a user can copy them: puts the RELEVO_DATA and
 * RELEVO_PORT_OFFSET that are set in front. Pure.
 */

type Environment = Readonly<Record<string, string | undefined>>;

/** One shell argument, quoted when necessary. */
export const quoteForShell = (text: string): string =>
  /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;

/**
 * The variables that a command needs: a start needs data folder and ports, every other command only
 * the data folder.
 */
const STARTING = ['RELEVO_DATA', 'RELEVO_PORT_OFFSET'];
const LOOKING = ['RELEVO_DATA'];

const withEnvironment = (names: readonly string[], line: string, env: Environment): string =>
  [
    ...names.flatMap((name) => (env[name] ? [`${name}=${quoteForShell(env[name])}`] : [])),
    line,
  ].join(' ');

/**
 * A command that starts the system: `RELEVO_DATA=/srv/relevo npm start` when RELEVO_DATA is set,
 * else unchanged.
 */
export const startHint = (line: string, env: Environment): string =>
  withEnvironment(STARTING, line, env);

/** A command that only needs to find the data folder. */
export const lookHint = (line: string, env: Environment): string =>
  withEnvironment(LOOKING, line, env);

/** The first words of a command of Relevo, without variables in front. */
const COMMAND =
  /(?<!RELEVO_[A-Z_]+=(?:'[^']*'|\S+) )(?:(?:\bnpx |(?<=`))relevo(?= [a-z])|\bnpm (?:start|stop|run)\b)/g;
const STARTS = /^ up\b/;

/**
 * Completes every command of Relevo in a text: `npm …`, `npx relevo …`, and `relevo …` after a
 * backtick, which gets the `npx` that a shell needs.
 */
export const completeCommands = (text: string, env: Environment): string =>
  text.replace(COMMAND, (words: string, offset: number) => {
    const isStart = words === 'npm start' || STARTS.test(text.slice(offset + words.length));
    return withEnvironment(
      isStart ? STARTING : LOOKING,
      words.replace(/^relevo/, 'npx relevo'),
      env,
    );
  });
