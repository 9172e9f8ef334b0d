/** A data folder of the other mode, of other ports or with damaged files is refused. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { StartError } from '../../../local/errors.js';
import {
  CLUSTER_FOLDER,
  provideFacts,
  provideSecrets,
} from '../../../local/engines/cluster-folder.js';
import {
  checkRecordMode,
  findRecordMode,
  SINGLE_FOLDER,
} from '../../../local/engines/record-mode.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'relevo-mode-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('the mode of a data folder', () => {
  const makeSingle = (): void => {
    mkdirSync(join(folder, SINGLE_FOLDER));
    writeFileSync(join(folder, SINGLE_FOLDER, 'PG_VERSION'), '18\n');
  };

  it('an empty folder accepts both modes', () => {
    expect(() => checkRecordMode(folder, 'single')).not.toThrow();
    expect(() => checkRecordMode(folder, 'cluster')).not.toThrow();
  });

  it('is the one whose data it has; both are refused, and name the interrupted move', () => {
    expect(findRecordMode(folder)).toBeNull();
    makeSingle();
    expect(findRecordMode(folder)).toBe('single');
    mkdirSync(join(folder, CLUSTER_FOLDER));
    expect(() => findRecordMode(folder)).toThrow(/a move was interrupted after its check/);
    rmSync(join(folder, SINGLE_FOLDER), { recursive: true });
    expect(findRecordMode(folder)).toBe('cluster');
  });

  it('a single PostgreSQL is not started as a cluster', () => {
    makeSingle();
    expect(() => checkRecordMode(folder, 'single')).not.toThrow();
    expect(() => checkRecordMode(folder, 'cluster')).toThrow(/holds the data of a single/);
  });

  it('a cluster is not started as a single PostgreSQL', () => {
    mkdirSync(join(folder, CLUSTER_FOLDER));
    expect(() => checkRecordMode(folder, 'cluster')).not.toThrow();
    expect(() => checkRecordMode(folder, 'single')).toThrow(
      /start with --standby, or set RELEVO_DATA/,
    );
  });

  it('a folder that is no cluster yet does not count', () => {
    mkdirSync(join(folder, SINGLE_FOLDER));
    expect(() => checkRecordMode(folder, 'cluster')).not.toThrow();
  });
});

describe('the folder of a cluster', () => {
  const wanted = { protocol: 'etcd' as const, peerPorts: [5491, 5492, 5493] };

  it('keeps its name, and refuses other ports of etcd or another protocol', () => {
    const facts = provideFacts(folder, wanted);
    expect(provideFacts(folder, wanted)).toEqual(facts);
    expect(() => provideFacts(folder, { ...wanted, peerPorts: [7491, 7492, 7493] })).toThrow(
      /by port 5491, not 7491: start with the RELEVO_PORT_OFFSET of the first start/,
    );
    expect(() => provideFacts(folder, { ...wanted, protocol: 'etcd3' })).toThrow(/protocol etcd /);
  });

  it('keeps its random passwords, which only the owner can read', () => {
    const secrets = provideSecrets(folder);
    expect(new Set(Object.values(secrets)).size).toBe(4);
    expect(provideSecrets(folder)).toEqual(secrets);
    expect(statSync(join(folder, 'secrets.json')).mode & 0o777).toBe(0o600);
  });

  it('does not replace damaged passwords: the nodes have the former ones', () => {
    provideSecrets(folder);
    writeFileSync(join(folder, 'secrets.json'), '{"superuser": "');
    expect(() => provideSecrets(folder)).toThrow(StartError);
    expect(readFileSync(join(folder, 'secrets.json'), 'utf8')).toBe('{"superuser": "');
  });
});
