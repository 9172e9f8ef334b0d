/**
 * `relevo deploy check` with the real kubectl, until the first object would be applied: the errors
 * before it, and the namespace, which is deleted in every case. No cluster takes part.
 */
import { readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname } from 'node:path';
import { readToken, renderDemo } from '../../../cli/deploy/demo-manifests.js';
import { openKubectl } from '../../../cli/deploy/kubectl.js';
import { runCommandLine } from '../../../cli/run-command-line.js';
import { fakeTerminal, type FakeTerminal } from '../../support/fake-terminal.js';
import { describeWith, toolPrograms } from '../../support/tools.js';
import { startApiServer, type ApiServer } from './api-server.js';

interface Running {
  env?: NodeJS.ProcessEnv;
  terminal?: FakeTerminal;
  signal?: AbortSignal;
}

/** kubectl keeps a cache in HOME; without one, in the present folder. */
const kubectlEnv = (): NodeJS.ProcessEnv => ({ PATH: process.env['PATH'], HOME: tmpdir() });

let server: ApiServer;
beforeEach(async () => {
  server = await startApiServer();
});
afterEach(() => server.close());

/** Runs `relevo deploy …`. @returns its exit code and everything that it printed. */
async function deploy(
  words: readonly string[],
  { env = {}, terminal = fakeTerminal(), signal = new AbortController().signal }: Running = {},
): Promise<{ code: number; printed: string }> {
  const code = await runCommandLine(['deploy', ...words], {
    terminal,
    env: { ...kubectlEnv(), KUBECONFIG: server.kubeconfig, ...env },
    interruption: signal,
  });
  return { code, printed: [...terminal.outputs, ...terminal.errors].join('\n') };
}

/** The requests that change something. */
const changes = (): string[] => server.requests.filter((line) => !line.startsWith('GET'));
const copies = (): string[] =>
  readdirSync(tmpdir()).filter((name) => name.startsWith('relevo-check-'));

describeWith('kubectl', 'relevo deploy check', () => {
  const path = process.env['PATH'];
  beforeAll(() => {
    process.env['PATH'] = [dirname(toolPrograms('kubectl')[0] ?? ''), path].join(delimiter);
  });
  afterAll(() => {
    process.env['PATH'] = path;
  });

  it.each<[string, string[], Running, number, RegExp]>([
    ['an unknown action', ['undo'], {}, 4, /There is no action "undo"/],
    ['a wrong name', ['check', '--namespace', 'R_1'], {}, 4, /"R_1" cannot be the name/],
    ['a wrong image', ['check', '--image', 'my image'], {}, 4, /"my image" cannot be the name/],
    ['an unknown context', ['check', '--context', 'prod'], {}, 4, /prod[^]*get-contexts/],
    ['no context', ['check'], { env: { KUBECONFIG: '/dev/null' } }, 3, /use-context NAME/],
    ['no cluster', ['check', '--context', 'nowhere'], {}, 5, /refused[^]*cluster-info/],
  ])('names %s, and changes nothing', async (_title, words, running, code, text) => {
    const ran = await deploy(words, running);
    expect(ran).toEqual({ code, printed: expect.stringMatching(text) as string });
    expect(changes()).toEqual([]);
  });

  it.each([
    ['registry.example.org:5000/relevo:7', 'registry.example.org:5000/relevo:7'],
    ['localhost:5000/relevo', 'localhost:5000/relevo:latest'],
    [null, 'relevo:0.1.0'],
  ])(
    'renders the demo in its namespace, with new secrets and the image %p',
    async (image, used) => {
      const kubectl = openKubectl(toolPrograms('kubectl')[0] ?? '', kubectlEnv());
      const [first, second] = [
        await renderDemo(kubectl, 'trial', image),
        await renderDemo(kubectl, 'trial', image),
      ];
      expect(new Set(first.map(({ metadata }) => metadata.namespace))).toEqual(new Set(['trial']));
      expect(first.map(({ kind }) => kind)).not.toContain('Namespace');
      expect(JSON.stringify(first)).toContain(`"image":"${used}"`);
      expect(readToken(first, 'API_TOKEN')).toMatch(/^[0-9a-f]{48}$/);
      expect(readToken(second, 'API_TOKEN')).not.toBe(readToken(first, 'API_TOKEN'));
      expect(copies()).toEqual([]);
    },
  );

  it('deletes its namespace, and no other, when the cluster refuses the objects', async () => {
    const ran = await deploy(['check', '--namespace', 'trial']);
    expect(ran.printed).toMatch(/Context here, cluster http:\/\/127[^]*error validating/);
    expect(ran.code).toBe(1);
    expect(changes()).toEqual(['POST /api/v1/namespaces', 'DELETE /api/v1/namespaces/trial']);
    expect([...server.namespaces.keys()]).toEqual(['default']);
    expect(copies()).toEqual([]);
  });

  it('chooses a new name without --namespace', async () => {
    await deploy(['check']);
    expect(changes().at(-1)).toMatch(/^DELETE \/api\/v1\/namespaces\/relevo-check-[0-9a-f]{8}$/);
    expect([...server.namespaces.keys()]).toEqual(['default']);
  });

  it('never touches a namespace that exists', async () => {
    const ran = await deploy(['check', '--namespace', 'default']);
    expect(ran.printed).toMatch(/already exists[^]*only uses a namespace that it creates/);
    expect(ran.code).toBe(1);
    expect(changes()).toEqual(['POST /api/v1/namespaces']);
    expect(server.namespaces.get('default')).toBe('uid-of-default');
  });

  it('does not delete another namespace that has taken the name meanwhile', async () => {
    server.onDiscovery = () => void server.namespaces.set('trial', 'uid-of-another');
    const ran = await deploy(['check', '--namespace', 'trial']);
    expect(ran.code).toBe(1);
    expect(changes()).toEqual(['POST /api/v1/namespaces', 'DELETE /api/v1/namespaces/trial']);
    expect(server.namespaces.get('trial')).toBe('uid-of-another');
  });

  it('deletes its namespace after Ctrl-C', async () => {
    const interruption = new AbortController();
    server.onDiscovery = async () => {
      interruption.abort();
      // The server answers no more; the interruption itself must end kubectl.
      await new Promise(() => undefined);
    };
    const ran = await deploy(['check', '--namespace', 'trial'], { signal: interruption.signal });
    expect(ran.code).toBe(130);
    expect([...server.namespaces.keys()]).toEqual(['default']);
    expect(copies()).toEqual([]);
  });

  it('reports a refused namespace by its reason', async () => {
    server.refusal = { code: 403, reason: 'Forbidden' };
    const ran = await deploy(['check', '--json']);
    expect(ran.printed).toMatch(/"code": "NOT_PERMITTED"/);
    expect(ran.code).toBe(1);
    expect(changes()).toEqual(['POST /api/v1/namespaces']);
  });

  it('asks before it uses a cluster elsewhere, and accepts a named context without a question', async () => {
    const asked = (): FakeTerminal => fakeTerminal({ canAsk: true }, ['n']);
    const env = { KUBECONFIG: server.elsewhere };
    const [first, second] = [asked(), asked()];
    expect((await deploy(['check'], { terminal: first, env })).code).toBe(1);
    expect(first.questions).toEqual(['Create a namespace there and run the demo in it? [y/N] ']);
    expect(changes()).toEqual([]);
    await deploy(['check', '--context', 'elsewhere'], { terminal: second, env });
    expect(second.questions).toEqual([]);
    expect(changes()).toHaveLength(2);
  });

  it('refuses a cluster elsewhere without a terminal, until --yes or --context confirms it', async () => {
    const env = { KUBECONFIG: server.elsewhere };
    const ran = await deploy(['check'], { env });
    expect(ran.printed).toMatch(/on another machine[^]*--context elsewhere[^]*--yes/);
    expect(ran.code).toBe(4);
    expect(changes()).toEqual([]);
    await deploy(['check', '--yes'], { env });
    expect(changes()).toHaveLength(2);
  });
});
