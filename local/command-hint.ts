/** A command as it must be typed here to mean this installation: with the RELEVO_DATA and RELEVO_PORT_OFFSET that are set. Pure. */

/** A word for the shell, quoted when it must be. */
export const shellWord = (text: string): string => (/^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`);

/** What moves data and ports; a start needs both, what looks at it the first. */
const STARTING = ['RELEVO_DATA', 'RELEVO_PORT_OFFSET'];
const LOOKING = ['RELEVO_DATA'];

const withEnvironment = (names: readonly string[], line: string, env: Readonly<Record<string, string | undefined>>): string =>
  [...names.flatMap((name) => (env[name] ? [`${name}=${shellWord(env[name])}`] : [])), line].join(' ');

/** `RELEVO_DATA=/srv/relevo npm start` where that is set, else as it is. */
export const startHint = (line: string, env: Readonly<Record<string, string | undefined>>): string => withEnvironment(STARTING, line, env);

/** The same for a command that only needs to find the data. */
export const lookHint = (line: string, env: Readonly<Record<string, string | undefined>>): string => withEnvironment(LOOKING, line, env);
