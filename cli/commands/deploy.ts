/**
 * `relevo deploy check`: checks a cluster by running the demo in a namespace of its own. Exit
 * codes: 0 valid, 1 invalid or refused by the cluster, 3 no kubectl, no context, or pods that do
 * not start, 4 wrong arguments, 5 the cluster is unreachable, 130 stopped by Ctrl-C.
 */
import { findProgram } from '../../local/setup/programs.mjs';
import { answer, command, flag, text, type Context } from '../command.js';
import { checkCluster } from '../deploy/check.js';
import { openKubectl, type Kubectl } from '../deploy/kubectl.js';
import { createName } from '../deploy/own-namespace.js';
import { formatVerdict } from '../deploy/verdict.js';
import { EXIT } from '../exit-codes.js';
import { CommandFailure, wrongArguments } from '../failure.js';
import { confirm } from './confirm.js';

/** A name that Kubernetes accepts for a namespace. */
const NAMESPACE = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/;
/** A name of an image, with an optional registry, tag and digest. */
const IMAGE =
  /^[a-z0-9][\w.-]*(?::\d+)?(?:\/[a-z0-9][\w.-]*)*(?::\w[\w.-]{0,127})?(?:@sha256:[0-9a-f]{64})?$/;
const SERVER = '{.clusters[0].cluster.server}';
const LOCAL_HOSTS = ['127.0.0.1', '[::1]', 'localhost', '0.0.0.0'];

const isLocal = (server: string): boolean =>
  URL.canParse(server) && LOCAL_HOSTS.includes(new URL(server).hostname);

/** @throws CommandFailure NO_KUBECTL */
function findKubectl(context: string | null, env: NodeJS.ProcessEnv): Kubectl {
  const path = findProgram(['kubectl']);
  if (path === null)
    throw new CommandFailure(
      'NO_KUBECTL',
      'kubectl is not installed.',
      EXIT.setup,
      'Install kubectl 1.27 or newer, and point it at a cluster.',
    );
  return openKubectl(path, env, context === null ? [] : ['--context', context]);
}

interface Place {
  context: string;
  server: string;
}

/** The cluster that the check will use. @throws CommandFailure NO_CONTEXT, CONTEXT_UNKNOWN, … */
async function findPlace(
  kubectl: Kubectl,
  given: string | null,
  { terminal, interruption: signal }: Context,
): Promise<Place> {
  const context = given ?? (await kubectl.run(['config', 'current-context'])).trim();
  const server = await kubectl.run(['config', 'view', '--minify', '-o', `jsonpath=${SERVER}`]);
  terminal.err(`Context ${context}, cluster ${server}.`);
  // The first request, so that an unreachable cluster is reported before anything else.
  await kubectl.run(['get', '--raw', '/version'], { signal });
  return { context, server };
}

/**
 * Asks before the check uses a cluster elsewhere, unless its context was named. Without a terminal
 * it refuses: the current context of a machine may be that of production.
 * @throws CommandFailure NOT_CONFIRMED, CANCELLED
 */
async function confirmPlace(
  { context: name, server }: Place,
  isNamed: boolean,
  context: Context,
): Promise<void> {
  if (isNamed || isLocal(server)) return;
  if (!context.terminal.canAsk)
    throw new CommandFailure(
      'NOT_CONFIRMED',
      'This cluster is on another machine, and nothing confirms that the check may use it.',
      EXIT.arguments,
      `Name it: --context ${name}. Or confirm the current context: --yes.`,
    );
  await confirm('Create a namespace there and run the demo in it?', false, context);
}

export const deploy = command({
  command: 'deploy <action>',
  describe: 'Check a Kubernetes cluster by running the demo in it',
  group: 'Tools',
  details:
    'The only action is `check`. It uses the cluster of kubectl: creates a namespace with a new name, applies the demo overlay, sends 230 payments while the pod of the leader is deleted, compares PostgreSQL with the ledger of the gateway, and deletes the namespace, also after Ctrl-C. It never touches a namespace that it did not create. On a terminal it asks before it uses a cluster on another machine; without a terminal it refuses that, unless --context or --yes is given.',
  positionals: { action: { required: true, doc: '`check`' } },
  options: {
    context: text('Context of kubectl. Default: the current one'),
    namespace: text('Name of the new namespace. Default: relevo-check- and eight random digits'),
    image: text('Image of the services. Default: that of the demo overlay'),
    timeout: { min: 10, max: 3_600, default: 600, doc: 'Longest wait for the pods, in seconds' },
    yes: { ...flag('Do not ask for confirmation'), alias: 'y' },
  },
  examples: [
    ['relevo deploy check', 'the current context'],
    [
      'relevo deploy check --context staging --image registry.example.org/relevo:0.1.0',
      'another cluster, with an image from a registry',
    ],
  ],
  async run(args, context) {
    if (args.action !== 'check')
      throw wrongArguments(`There is no action "${args.action}".`, 'Use `relevo deploy check`.');
    const namespace = args.namespace ?? createName();
    if (!NAMESPACE.test(namespace))
      throw wrongArguments(
        `"${namespace}" cannot be the name of a namespace.`,
        'Use small letters, digits and hyphens.',
      );
    if (args.image !== null && !IMAGE.test(args.image))
      throw wrongArguments(
        `"${args.image}" cannot be the name of an image.`,
        'For example: registry.example.org/relevo:0.1.0',
      );
    const { terminal, interruption: signal, env } = context;
    const kubectl = findKubectl(args.context, env);
    await confirmPlace(
      await findPlace(kubectl, args.context, context),
      args.yes || args.context !== null,
      context,
    );
    const verdict = await checkCluster({
      kubectl,
      namespace,
      image: args.image,
      startMs: args.timeout * 1_000,
      onProgress: (line) => terminal.progress(line),
      onNote: (line) => terminal.err(line),
      signal,
    });
    answer(context, args.json, verdict, () => formatVerdict(verdict));
    return verdict.verdict === 'valid' ? EXIT.done : EXIT.no;
  },
});
