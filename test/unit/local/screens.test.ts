import { execFileSync } from 'node:child_process';
import { servicePlaces } from '../../../local/plan.js';
import { formatScreen } from '../../../local/screen.js';
import { makeTokens } from '../../../local/tokens.js';

const widest = (text: string): number => Math.max(...text.split('\n').map((line) => line.length));

describe('the screen of npm start', () => {
  const tokens = makeTokens();
  const shown = {
    services: servicePlaces({ monitors: 3, replicas: 3, patients: 1, gateway: 'http' }).map(
      ({ name, kind, fixedPort }) => ({
        name,
        kind,
        url: `http://127.0.0.1:${fixedPort}`,
      }),
    ),
    tokens,
    balancer: null,
    databaseUrl: 'postgresql://postgres:012345678901234567890123@127.0.0.1:5454/relevo',
    redisUrl: 'redis://127.0.0.1:6390',
    dataDir: '.data',
    env: {},
  };
  const text = formatScreen(shown);

  it('fits 80 columns', () => expect(widest(text)).toBeLessThanOrEqual(80));

  it('fits 80 columns with standbys, and a shell reads the address of PostgreSQL as one word', () => {
    const hosts = (ports: number[]): string => ports.map((port) => `127.0.0.1:${port}`).join();
    const databaseUrl = `postgresql://postgres:${'0_a-'.repeat(6)}@${hosts([5461, 5462, 5463])}/relevo?target_session_attrs=read-write`;
    const redisUrl = `redis+sentinel://:***@${hosts([6394, 6395, 6396])}/relevo`;
    const standby = formatScreen({ ...shown, databaseUrl, redisUrl });
    expect(widest(standby)).toBeLessThanOrEqual(80);
    expect(standby).toContain(`\n  Redis\n  ${redisUrl}\n`);
    const command = /psql ("[^"]+")/.exec(standby)?.[1] ?? '';
    const printed = execFileSync('sh', ['-c', `printf %s ${command}`], { encoding: 'utf8' });
    expect(printed).toBe(databaseUrl);
  });

  it('has every address, the tokens and the next commands', () => {
    const parts = [
      '127.0.0.1:4000',
      '127.0.0.1:5020',
      '127.0.0.1:5003',
      ...Object.values(tokens),
      'psql ',
      'npx relevo status',
      'npx relevo batch --count 230',
    ];
    for (const part of parts) expect(text).toContain(part);
  });

  it('has the web pages', () => {
    expect(text).toMatch(/staff pages +http:\/\/127\.0\.0\.1:4000\/$/m);
    expect(text).toMatch(/console +http:\/\/127\.0\.0\.1:5000\/$/m);
    expect(text).toMatch(/API documents +http:\/\/127\.0\.0\.1:4000\/docs$/m);
  });

  it('shows commands that find this data when RELEVO_DATA is set', () => {
    const elsewhere = formatScreen({
      ...shown,
      dataDir: '/srv/my data',
      env: { RELEVO_DATA: '/srv/my data' },
    });
    expect(elsewhere).toContain("RELEVO_DATA='/srv/my data' npx relevo status");
    expect(elsewhere).toContain("RELEVO_DATA='/srv/my data' npm run studio");
  });

  it('written to a file shows no secret, and the command that stops the system', () => {
    const kept = formatScreen({ ...shown, tokens: null });
    for (const secret of [...Object.values(tokens), '012345678901234567890123'])
      expect(kept).not.toContain(secret);
    expect(kept).toContain('npm stop stops everything.');
    expect(widest(kept)).toBeLessThanOrEqual(80);
  });
});
