import { embeddedUrl } from "../../src/cloudflare/worker-url.ts";
import type { Stage } from "../../src/project/stage.ts";
import type { ProjectEnvironment } from "../../toolchain/environment.ts";
import type { ProjectPlace } from "../place.ts";
import type { Report } from "./report.ts";

/** A stage that is up, and what a demonstration of it needs. */
export interface Started {
  readonly place: ProjectPlace;
  readonly environment: ProjectEnvironment;
  readonly stage: Stage;
  readonly report: Report;
  /** Aborted when the user wants to stop. */
  readonly stop: AbortSignal;
}

/** Where a worker of the stage answers, without a final slash. @param script its name at Cloudflare */
export const urlOf = ({ environment, stage }: Started, script: string): string =>
  embeddedUrl(environment.connection.front, script, stage.embeddedAccount);
