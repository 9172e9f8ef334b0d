/**
 * The parts of a production cluster that no manifest contains: Secrets that an operator or a person
 * makes, and the pods and Services of CloudNativePG.
 */
import { ofKind, type Labels, type Manifest } from './manifests.js';

/** The Secrets with values in the form that production has. */
const SECRETS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'postgres-app': { uri: 'postgresql://relevo:p4ss@postgres-rw.relevo:5432/relevo' },
  'redis': { url: 'rediss://relevo:r3dis@redis.example.org:6379' },
  'tokens': { API_TOKEN: 'a', OPERATOR_TOKEN: 'o', INTERNAL_TOKEN: 'i' },
  'relevo-tls': { 'tls.crt': 'c', 'tls.key': 'k' },
};

/**
 * A Secret from outside; null: none has this name, or the manifests have Secrets of their own, as
 * those of the demo have.
 */
export const findOutsideSecret = (
  manifests: readonly Manifest[],
  name: string,
): Readonly<Record<string, string>> | null =>
  ofKind(manifests, 'Secret').length === 0 ? (SECRETS[name] ?? null) : null;

/** The label of the pods that CloudNativePG makes for a Cluster. */
const CLUSTER_LABEL = 'cnpg.io/cluster';
const POSTGRES_PORT = 5432;

export interface OperatedPods {
  labels: Labels;
  /** The Service that leads to the primary. */
  service: string;
  port: number;
}

/** The pods of every Cluster, with the Service that the services use. */
export const findOperatedPods = (manifests: readonly Manifest[]): OperatedPods[] =>
  ofKind(manifests, 'Cluster').map(({ metadata: { name } }) => ({
    labels: { [CLUSTER_LABEL]: name },
    service: `${name}-rw`,
    port: POSTGRES_PORT,
  }));
