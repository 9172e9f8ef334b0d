/** The metrics at /metrics of all services, as data and as the table of docs/metrics.md. */
export interface Metric {
  name: string;
  type: string;
  help: string;
  /** Labels of its samples, without `le` and the labels common to all metrics of a service. */
  labels: Set<string>;
  /** The services that expose it. */
  services: Set<string>;
}

const COMMON = new Set(['le', 'service', 'id']);

/** The metric of a sample: `_bucket`, `_sum` and `_count` belong to a histogram. */
const familyOf = (sample: string, families: ReadonlyMap<string, Metric>): Metric | undefined =>
  families.get(sample) ?? families.get(sample.replace(/_(bucket|sum|count)$/, ''));

/**
 * Adds the metrics of one service. Only those that begin with `relevo_`: the documentation of the
 * runtime covers the others.
 */
export function readExposition(
  text: string,
  service: string,
  families = new Map<string, Metric>(),
): Map<string, Metric> {
  for (const line of text.split('\n').filter((each) => /(^|# \w+ )relevo_/.test(each))) {
    const [, kind, name = '', rest = ''] = /^# (HELP|TYPE) (\S+) (.*)$/.exec(line) ?? [];
    if (kind === 'HELP') {
      const known = families.get(name) ?? {
        name,
        type: '',
        help: rest,
        labels: new Set<string>(),
        services: new Set<string>(),
      };
      families.set(name, known);
      known.services.add(service);
    } else if (kind === 'TYPE') {
      const family = families.get(name);
      if (family) family.type = rest;
    } else {
      const family = familyOf(/^\w+/.exec(line)?.[0] ?? '', families);
      for (const [, label = ''] of line.matchAll(/[{,](\w+)="/g))
        if (!COMMON.has(label)) family?.labels.add(label);
    }
  }
  return families;
}

const code = (names: Iterable<string>): string =>
  [...names]
    .toSorted()
    .map((name) => `\`${name}\``)
    .join(', ') || '–';

/**
 * A row of the table.
 * @param serviceCount a metric that so many services expose is served by all.
 */
export function rowOf(metric: Metric, serviceCount: number): string {
  const { name, type, labels, services, help } = metric;
  const by = services.size === serviceCount ? 'all' : [...services].toSorted().join(', ');
  return `| \`${name}\` | ${type} | ${code(labels)} | ${by} | ${help} |`;
}
