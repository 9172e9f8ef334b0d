/** The configurations of the three balancers are rendered from one description. */
import { createPool, type Pool } from '../../../shared/balancer/pool.js';
import { renderNginxMembers } from '../../../shared/balancer/nginx-members.js';
import { renderApache } from '../../../local/engines/apache-config.js';
import { haproxyPaths, renderHaproxy } from '../../../local/engines/haproxy-config.js';
import { renderNginx } from '../../../local/engines/nginx-config.js';

const FOLDER = '/data/balancer';
const members = [1, 2].map((index) => ({
  name: `patients_${index}`,
  host: '127.0.0.1',
  port: 4000 + index,
  weight: 100,
}));
const makePool = (changes: Partial<Pool> = {}): Pool =>
  createPool({ host: '127.0.0.1', port: 4000, adminPort: 4090, members }, changes);
const haproxy = (changes: Partial<Pool> = {}): string =>
  renderHaproxy(makePool(changes), haproxyPaths(FOLDER));
const apache = (changes: Partial<Pool> = {}): string =>
  renderApache(makePool(changes), { folder: FOLDER, modules: '/modules', nonce: 'secret' });
const nginx = (changes: Partial<Pool> = {}): string =>
  renderNginx(makePool(changes), FOLDER) + renderNginxMembers(makePool(changes));

describe('every balancer', () => {
  const all = { haproxy, apache, nginx };

  test.each(Object.entries(all))('%s: instances, ports and affinity', (_name, render) => {
    const text = render();
    for (const part of ['127.0.0.1:4001', '127.0.0.1:4002', '127.0.0.1:4000', '127.0.0.1:4090'])
      expect(text).toContain(part);
    expect(text).toContain('relevo_instance');
    expect(render({ affinity: 'none' })).not.toMatch(/insert indirect|stickysession|Set-Cookie/);
  });

  test.each(Object.entries(all))(
    '%s: replaces the forwarded address of a client',
    (_name, render) => {
      expect(render()).toMatch(
        /del-header X-Forwarded-For|unset X-Forwarded-For early|X-Forwarded-For \$remote_addr/,
      );
    },
  );
});

test('a reload of HAProxy or nginx ends no request that may be silent for long', () => {
  const changes = { serverTimeoutMs: 400_000 };
  expect(haproxy(changes)).toContain('hard-stop-after 400000ms');
  expect(nginx(changes)).toContain('worker_shutdown_timeout 400s;');
});

describe('HAProxy', () => {
  test('repeats GET, and POST only with a key', () => {
    const repeated = 'http-request set-var(txn.times) str(repeated)';
    expect(haproxy()).toContain(
      `${repeated} if METH_GET or METH_POST { req.hdr(Idempotency-Key) -m len gt 0 }\n`,
    );
    expect(haproxy({ retries: 'all' })).toContain(`${repeated}\n`);
    expect(haproxy({ retries: 'none' })).toContain(`${repeated} if FALSE\n`);
    for (const reader of ['document', 'page'])
      expect(haproxy()).toMatch(
        new RegExp(`backend once_${reader}\n(  [^r].*\n)*  retries 10\n  retry-on conn-failure\n`),
      );
    expect(haproxy({ retries: 'none' })).not.toMatch(/retries [^0]|retry-on (?!none)/);
  });

  test('ends the sessions of an instance that is down only in the layer that has no client', () => {
    const [outer = '', inner = ''] = haproxy().split(/^frontend statistics$/m);
    expect(outer).not.toContain('shutdown-sessions');
    expect(inner).toContain('on-marked-down shutdown-sessions');
    expect(inner).toContain('retry-on conn-failure\n');
  });

  test('asks for readiness, and keeps the instances when none is ready', () => {
    expect(haproxy()).toContain('uri /readyz');
    expect(haproxy()).toContain('use_backend patients_unready if { nbsrv(patients) eq 0 }');
  });

  test.each(['leastconn', 'source', 'uri', 'random'] as const)('strategy %s', (strategy) => {
    expect(haproxy({ strategy })).toContain(`balance ${strategy}`);
  });
});

describe('Apache httpd', () => {
  test('shows its manager on its own port only', () => {
    expect(apache()).toMatch(
      /<Location "\/balancer-manager">[^<]*Require expr "%\{SERVER_PORT\} == '4090'"/,
    );
  });

  test.each([
    ['/api/payments', true],
    ['/bill/pay', true],
    ['/bill/payments/1/events', true],
    // The services ignore the case of a path, and httpd forwards two slashes as one.
    ['/API/batches', true],
    ['//api/payments', true],
    ['/bill', false],
    ['/readyz', false],
  ])('%s may be silent for long: %s', (path, expected) => {
    const [, flag = '', waits = ''] = /ProxyPassMatch "(?:\(\?(i)\))?(.+?)"/.exec(apache()) ?? [];
    expect(new RegExp(waits, flag).test(path)).toBe(expected);
  });

  test('declares the condition of the health check before the members that use it', () => {
    const text = apache();
    expect(text.indexOf('ProxyHCExpr ready')).toBeLessThan(text.indexOf('hcexpr=ready'));
  });
});

describe('nginx', () => {
  test('repeats POST only with a key', () => {
    expect(nginx()).toContain('$keyed { default 0; "~^POST:.+" 1; }');
    expect(nginx({ retries: 'all' })).toContain('$keyed { default 1; }');
  });

  test('tries every instance twice, where the strategy permits it', () => {
    const countIn = (text: string): number =>
      /upstream patients_new \{[^}]*\}/.exec(text)?.[0].match(/:4001/g)?.length ?? 0;
    expect(countIn(renderNginxMembers(makePool()))).toBe(2);
    expect(countIn(renderNginxMembers(makePool({ strategy: 'random' })))).toBe(1);
  });

  test('a drained instance keeps its clients, one in maintenance does not', () => {
    const text = renderNginxMembers(makePool(), { patients_1: 'drain' });
    const forNew = /upstream patients_new \{[^}]*\}/.exec(text)?.[0] ?? '';
    expect(forNew).not.toContain(':4001');
    expect(text).toContain('patients_1 patients_of_patients_1;');
    expect(renderNginxMembers(makePool(), { patients_1: 'maint' })).not.toContain(
      'patients_of_patients_1',
    );
  });

  test('without an instance in service the file stays valid', () => {
    const text = renderNginxMembers(makePool(), { patients_1: 'maint', patients_2: 'maint' });
    expect(text).toMatch(/upstream patients_new \{\n\s+server 127\.0\.0\.1:9;/);
  });
});
