/**
 * The scenario's own measurements, from its histograms: one row per quantity, one column per kind.
 * Histograms are named `KIND: MEASURE`.
 */
import { Latencies, type StoredLatencies } from '../../statistics/latencies.js';
import { milliseconds } from '../../../shared/format.js';
import { html, type Html } from '../../../shared/web/html.js';
import { figureColumn, htmlTable, wordColumn } from './table.js';

const SEPARATOR = ': ';

interface Measure {
  kind: string;
  measure: string;
  /** Median and 99th percentile, ms. */
  text: string;
}

function read({ name, count, hdr }: StoredLatencies): Measure[] {
  const at = name.indexOf(SEPARATOR);
  if (at < 0 || count === 0) return [];
  const latencies = Latencies.decode(hdr);
  const text = `${milliseconds(latencies.percentile(0.5))} / ${milliseconds(latencies.percentile(0.99))}`;
  return [{ kind: name.slice(0, at), measure: name.slice(at + SEPARATOR.length), text }];
}

/** Null: only the latencies of requests were measured. */
export function measuresPart(histograms: readonly StoredLatencies[]): Html | null {
  const measures = histograms.flatMap(read);
  if (measures.length === 0) return null;
  const kinds = [...new Set(measures.map(({ kind }) => kind))];
  const names = [...new Set(measures.map(({ measure }) => measure))];
  const texts = new Map(
    measures.map(({ kind, measure, text }) => [`${kind}${SEPARATOR}${measure}`, text]),
  );
  const rows = names.map((name) => [
    name,
    ...kinds.map((kind) => texts.get(`${kind}${SEPARATOR}${name}`) ?? '–'),
  ]);
  return html`<h3>Other measurements</h3>${htmlTable('ms: p50 / p99', [...wordColumn(''), ...figureColumn(...kinds)], rows)}`;
}
