import * as pulumi from "@pulumi/pulumi";
import type { Connection } from "../cloudflare/connection.ts";
import { placeOfRun } from "../cloudflare/place-of-run.ts";
import { consumerFindings } from "../reality/consumers.ts";
import { cronFindings } from "../reality/crons.ts";
import { findingText } from "../reality/finding-text.ts";
import type { Repair } from "../reality/repair.ts";
import { deployedIn, foreignDeployments, servingFinding } from "../reality/serving.ts";
import type { StateResource } from "../reality/state.ts";
import { workersIn } from "../reality/workers.ts";

/** What was changed by hand where the engine does not look, and this run puts back. */
export interface ByHand {
  /** `<system>/<worker>` → id of the deployment that is in the way. */
  readonly foreign: ReadonlyMap<string, string>;
  /** Workers whose deployment in the state was forced: it is again, or it would be another one. */
  readonly forced: ReadonlySet<string>;
  /** What the target calls at the beginning of an `up`: no provider sees that. */
  readonly repairs: readonly Repair[];
}

interface Asked {
  readonly api: () => Connection;
  readonly accountId: string;
  readonly stage: string;
  readonly root: string;
}

/** Looks for it, and says what is found. Where the stack has deployed nothing yet, nobody is asked. */
export async function byHand(state: readonly StateResource[], asked: Asked): Promise<ByHand> {
  const deployed = deployedIn(state);
  const forced = new Set(deployed.flatMap(({ resource, force }) => (force === true ? [resource] : [])));
  if (deployed.length === 0) return { foreign: new Map(), forced, repairs: [] };
  const account = { api: asked.api(), accountId: asked.accountId };
  const own = deployed.map(({ resource }) => resource);
  const workers = workersIn(state).filter(({ resource }) => own.includes(resource));
  const [foreign, consumers, ...crons] = await Promise.all([
    foreignDeployments(state, asked.api, asked.accountId),
    consumerFindings(account, state),
    ...workers.map((worker) => cronFindings(account, state, worker)),
  ]);
  const unseen = [...crons.flat(), ...consumers].filter(({ repair }) => repair !== undefined);
  const served = await Promise.all(foreign.map((each) => servingFinding(each, account.api, asked.accountId)));
  const place = placeOfRun(asked.stage, asked.root);
  for (const finding of [...served, ...unseen])
    await pulumi.log.warn(`${findingText(finding, place)}\n  This run puts it back.`);
  return {
    foreign: new Map(foreign.map(({ resource, serving }) => [resource, serving.deployment.id])),
    forced,
    repairs: unseen.flatMap(({ repair }) => (repair === undefined ? [] : [repair])),
  };
}
