/** Asks an etcd member for its health and for the leader of the members. */
import { z } from 'zod';
import { askJson } from './ask-json.js';

const TIMEOUT_MS = 1_000;

/** A text up to etcd 3.5. */
const health = z.object({ health: z.union([z.string().max(10), z.boolean()]) });
/** Ids of members are decimal numbers of 64 bits, as texts. */
const id = z.string().max(20);
const memberStatus = z.object({ header: z.object({ member_id: id }), leader: id.optional() });

/** Whether a member answers and has a majority. Never throws. */
export async function askEtcdHealth(url: string): Promise<boolean> {
  try {
    const { document } = await askJson(`${url}/health`, { timeoutMs: TIMEOUT_MS });
    return String(health.parse(document).health) === 'true';
  } catch {
    return false;
  }
}

/** Null without an answer. */
async function askLeads(url: string): Promise<boolean | null> {
  try {
    const { document } = await askJson(`${url}/v3/maintenance/status`, {
      timeoutMs: TIMEOUT_MS,
      method: 'POST',
      body: {},
    });
    const { header, leader } = memberStatus.parse(document);
    return leader === undefined ? null : leader === header.member_id;
  } catch {
    return null;
  }
}

export interface EtcdState {
  /** It answers and has a majority. */
  healthy: boolean;
  /** Whether it leads the members; null: unknown. */
  leads: boolean | null;
}

/** The state of a member. Never throws. */
export async function readEtcdState(url: string): Promise<EtcdState> {
  const [healthy, leads] = await Promise.all([askEtcdHealth(url), askLeads(url)]);
  return { healthy, leads: healthy ? leads : null };
}
