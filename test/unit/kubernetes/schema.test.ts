/**
 * Every rendered manifest satisfies the types and the schemas of Kubernetes, of the Gateway API and
 * of CloudNativePG, strictly: an unknown field is an error.
 */
import { describeWith } from '../../support/tools.js';
import { getManifest, type Manifest } from '../../support/kubernetes/manifests.js';
import { renderAll, type Rendered } from '../../support/kubernetes/render.js';
import { findSchemaErrors, findTypeErrors } from '../../support/kubernetes/schema.js';

const findErrors = (manifests: readonly Manifest[]): string[] => [
  ...findTypeErrors(manifests),
  ...findSchemaErrors(manifests),
];

/** The fields of a spec that the controls change. */
interface Changed {
  replica?: number;
  replicas?: unknown;
  instance?: number;
  hostname?: string;
  postgresql?: { synchronous?: object };
  selector?: unknown;
  template: { spec: { containers: object[] } };
}

interface Control {
  spoilt: string;
  kind: string;
  name: string;
  change: (spec: Changed) => void;
  error: RegExp;
}

/** Sets fields of the first container. */
const change = (spec: Changed, fields: object): void => {
  Object.assign(spec.template.spec.containers[0] ?? {}, fields);
};

const SERVER = { kind: 'StatefulSet', name: 'server' };
const CONTROLS: Control[] = [
  {
    spoilt: 'unknown-field',
    ...SERVER,
    change: (spec) => (spec.replica = 2),
    error: /"replica"' does not exist/,
  },
  {
    spoilt: 'misspelt-probe',
    ...SERVER,
    change: (spec) => change(spec, { livenesProbe: {} }),
    error: /"livenesProbe"' does not exist/,
  },
  {
    spoilt: 'unknown-field-of-cloudnativepg',
    kind: 'Cluster',
    name: 'postgres',
    change: (spec) => (spec.instance = 2),
    error: /"instance"' does not exist/,
  },
  {
    spoilt: 'newer-field-with-a-wrong-value',
    kind: 'Cluster',
    name: 'postgres',
    change: (spec) => Object.assign(spec.postgresql?.synchronous ?? {}, { failoverQuorum: 'yes' }),
    error: /failoverQuorum must not be "yes"/,
  },
  {
    spoilt: 'misspelt-newer-field',
    kind: 'Cluster',
    name: 'postgres',
    change: (spec) => Object.assign(spec.postgresql?.synchronous ?? {}, { failoverQorum: true }),
    error: /"failoverQorum"' does not exist/,
  },
  {
    spoilt: 'unknown-field-of-gateway-api',
    kind: 'HTTPRoute',
    name: 'patients',
    change: (spec) => (spec.hostname = 'a'),
    error: /"hostname"' does not exist/,
  },
  {
    spoilt: 'wrong-type',
    ...SERVER,
    change: (spec) => (spec.replicas = '3'),
    error: /'string' is not assignable/,
  },
  {
    spoilt: 'missing-field',
    ...SERVER,
    change: (spec) => delete spec.selector,
    error: /must have required property selector/,
  },
  {
    spoilt: 'wrong-quantity',
    ...SERVER,
    change: (spec) => change(spec, { resources: { limits: { memory: '256 MB' } } }),
    error: /memory/,
  },
  {
    spoilt: 'wrong-protocol',
    kind: 'Gateway',
    name: 'public',
    change: (spec) =>
      Object.assign(spec, { listeners: [{ name: 'https', port: 99_999, protocol: 'HTTPS' }] }),
    error: /port/,
  },
];

describeWith('kubectl', 'the rendered manifests', () => {
  let rendered: Rendered;
  /** All controls in one run, because the compiler needs seconds to read the types. */
  let errorsOfControls: string[];
  beforeAll(async () => {
    rendered = await renderAll();
    const all = [...rendered.demo, ...rendered.gatewayApi];
    const spoilt = CONTROLS.map(({ spoilt: title, kind, name, change: spoil }) => {
      const manifest = structuredClone(getManifest(all, kind, name));
      manifest.metadata.name = title;
      spoil(manifest.spec as unknown as Changed);
      return manifest;
    });
    errorsOfControls = findErrors(spoilt);
  });

  it('satisfy the types and the schemas', () => {
    const all = Object.values(rendered as unknown as Record<string, Manifest[]>).flat();
    expect([...new Set(all.map(({ kind }) => kind))].toSorted()).toEqual(
      'Cluster ConfigMap Deployment Gateway HTTPRoute HorizontalPodAutoscaler Ingress Job Namespace NetworkPolicy PodDisruptionBudget Secret Service StatefulSet'.split(
        ' ',
      ),
    );
    expect(findErrors(all)).toEqual([]);
  });

  it.each(CONTROLS)('control: $spoilt is found', ({ spoilt, error }) => {
    expect(errorsOfControls.filter((line) => line.includes(` ${spoilt}: `)).join('\n')).toMatch(
      error,
    );
  });

  it('control: a kind without a schema is found', () => {
    const manifest = { ...getManifest(rendered.demo, 'Service', 'redis'), kind: 'Sevrice' };
    expect(findErrors([manifest]).join('\n')).toMatch(/Sevrice redis: .*Cannot find module/);
  });
});
