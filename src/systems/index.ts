import type { System } from "../declare/index.ts";
import { dome } from "./dome.ts";
import { jobmatch } from "./jobmatch.ts";
import { portfolio } from "./portfolio.ts";
import { taco } from "./taco.ts";

/** Every system that a stack can list under `lockstep:systems`. */
export const systems: readonly System[] = [dome, jobmatch, portfolio, taco];
