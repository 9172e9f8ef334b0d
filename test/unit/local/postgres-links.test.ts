import { missingLinks } from '../../../local/postgres-binaries.js';

describe('the links of the PostgreSQL package', () => {
  const links = [
    { source: 'native/lib/libicui18n.so.60.2', target: 'native/lib/libicui18n.so.60' },
    { source: 'native/lib/postgresql/plugin.so', target: 'native/lib/plugin.so' },
  ];

  it('are made relative to their own folder, so that the whole may move', () => {
    expect(missingLinks(links, () => false)).toEqual([
      { to: 'libicui18n.so.60.2', at: 'native/lib/libicui18n.so.60' },
      { to: 'postgresql/plugin.so', at: 'native/lib/plugin.so' },
    ]);
  });

  it('are left alone when they are there', () => {
    expect(missingLinks(links, () => true)).toEqual([]);
    expect(missingLinks(links, (path) => path.endsWith('.60'))).toHaveLength(1);
  });
});
