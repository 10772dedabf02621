import { accounts } from "./accounts.ts";
import { d1 } from "./d1.ts";
import { deployments } from "./deployments.ts";
import { r2 } from "./r2.ts";
import type { Service } from "./service.ts";
import { user } from "./user.ts";
import { workers } from "./workers.ts";
import { workerVersions } from "./workerVersions.ts";

/** Everything that the embedded API answers. */
export const services: readonly Service[] = [accounts, user, workers, workerVersions, deployments, d1, r2];
