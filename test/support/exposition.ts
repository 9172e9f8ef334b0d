/** What services serve at /metrics, as data, and as the table of docs/metrics.md. */
export interface Metric {
  name: string;
  type: string;
  help: string;
  /** Seen on its samples, without `le` and those that every metric of a service has. */
  labels: Set<string>;
  /** Who serves it. */
  services: Set<string>;
}

const COMMON = new Set(['le', 'service', 'id']);

/** The samples' family: `_bucket`, `_sum` and `_count` belong to a histogram. */
const familyOf = (sample: string, families: ReadonlyMap<string, Metric>): Metric | undefined =>
  families.get(sample) ?? families.get(sample.replace(/_(bucket|sum|count)$/, ''));

/** Adds what one service serves. Its metrics of our own only: those of the runtime are documented elsewhere. */
export function readExposition(text: string, service: string, families = new Map<string, Metric>()): Map<string, Metric> {
  for (const line of text.split('\n').filter((each) => /(^|# \w+ )relevo_/.test(each))) {
    const [, kind, name = '', rest = ''] = /^# (HELP|TYPE) (\S+) (.*)$/.exec(line) ?? [];
    if (kind === 'HELP') {
      const known = families.get(name) ?? { name, type: '', help: rest, labels: new Set<string>(), services: new Set<string>() };
      families.set(name, known);
      known.services.add(service);
    } else if (kind === 'TYPE') {
      const family = families.get(name);
      if (family) family.type = rest;
    } else {
      const family = familyOf(/^\w+/.exec(line)?.[0] ?? '', families);
      for (const [, label = ''] of line.matchAll(/[{,](\w+)="/g)) if (!COMMON.has(label)) family?.labels.add(label);
    }
  }
  return families;
}

const code = (names: Iterable<string>): string => [...names].toSorted().map((name) => `\`${name}\``).join(', ') || '–';

/** A row of the table. */
export const rowOf = ({ name, type, labels, services, help }: Metric): string =>
  `| \`${name}\` | ${type} | ${code(labels)} | ${services.size === 4 ? 'all' : [...services].toSorted().join(', ')} | ${help} |`;
