import { missingLinks } from '../../../local/engines/postgres-binaries.js';

describe('the links of the PostgreSQL package', () => {
  const links = [
    { source: 'native/lib/libicui18n.so.60.2', target: 'native/lib/libicui18n.so.60' },
    { source: 'native/lib/postgresql/plugin.so', target: 'native/lib/plugin.so' },
  ];

  it('are relative to their own folder, so that the package can be moved', () => {
    expect(missingLinks(links, () => false)).toEqual([
      { to: 'libicui18n.so.60.2', at: 'native/lib/libicui18n.so.60' },
      { to: 'postgresql/plugin.so', at: 'native/lib/plugin.so' },
    ]);
  });

  it('are not created when they exist', () => {
    expect(missingLinks(links, () => true)).toEqual([]);
    expect(missingLinks(links, (path) => path.endsWith('.60'))).toHaveLength(1);
  });
});
