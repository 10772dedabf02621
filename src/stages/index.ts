import { dev } from "./dev.ts";
import { prod } from "./prod.ts";
import type { Stage } from "./stage.ts";
import { staging } from "./staging.ts";

export type { Stage } from "./stage.ts";

/** Every stage, in the order of promotion. */
export const stages: readonly Stage[] = [dev, staging, prod];
