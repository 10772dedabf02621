import { hostname, userInfo } from "node:os";

/** Who decides something at this machine, for those who find it later. */
export const actor = (): string => `${userInfo().username}@${hostname()}`;
