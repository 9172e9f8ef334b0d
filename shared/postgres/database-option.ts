/** The option of every service that names the database. */
import { url, type Option } from '../config.js';
import { namesHosts, parseHostList } from './hosts/host-list.js';

/**
 * `DATABASE_URL`: an absolute address with one host, or with several hosts and
 * `target_session_attrs=read-write`, as libpq accepts it.
 * @param spec as for `url`; `doc` is the meaning for this service.
 */
export function databaseUrl(spec: { doc: string; default?: string }): Option<string> {
  const option = url('DATABASE_URL', {
    ...spec,
    doc: `${spec.doc} May name several hosts, with target_session_attrs=read-write.`,
  });
  return {
    ...option,
    parse: (value) => {
      if (!namesHosts(value)) return option.parse(value);
      parseHostList(value);
      return value;
    },
  };
}
