/** The roles of the members of ZooKeeper and the states of the measuring devices, as shown. */

/**
 * `waiting`: it answers and serves no client, because it has no majority. `silent`: no answer, or
 * that of another program.
 */
export const MEMBER_ROLES = ['leader', 'follower', 'waiting', 'silent'] as const;
export type MemberRole = (typeof MEMBER_ROLES)[number];

/**
 * `ready`: it takes part in the election. `waiting`: it answers and does not, because the ensemble
 * does not answer it. `silent`: no answer.
 */
export const DEVICE_STATES = ['ready', 'waiting', 'silent'] as const;
export type DevicePresence = (typeof DEVICE_STATES)[number];
