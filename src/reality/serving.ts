import { z } from "zod";
import type { Connection } from "../cloudflare/connection.ts";
import { type DeploymentNote, readServing, type Serving } from "../cloudflare/deployments.ts";
import { command, sentence } from "../diagnostic/sentence.ts";
import type { Finding } from "./finding.ts";
import type { StateResource } from "./state.ts";
import { readVersion, versionDifferences } from "./version.ts";

const deploymentType = "cloudflare:index/workersDeployment:WorkersDeployment";

const recorded = z.object({
  id: z.string(),
  scriptName: z.string(),
  versions: z.array(z.object({ versionId: z.string(), percentage: z.number() })),
  force: z.boolean().optional().catch(undefined),
});

interface Share {
  readonly id: string;
  readonly percentage: number;
}

/** A worker that answers with something else than the stack's last `up` let it. */
export interface Foreign {
  /** `<system>/<worker>`. */
  readonly resource: string;
  /** At Cloudflare. */
  readonly script: string;
  /** What the stack deployed last. */
  readonly declared: readonly Share[];
  /** What serves. */
  readonly serving: Serving & { readonly deployment: DeploymentNote };
}

/** What a stack has deployed, by `<system>/<worker>`. */
export const deployedIn = (
  state: readonly StateResource[],
): readonly (z.infer<typeof recorded> & { readonly resource: string })[] =>
  state
    .filter(({ type }) => type === deploymentType)
    .map(({ name, outputs }) => ({ ...recorded.parse(outputs), resource: name }));

/**
 * The workers whose newest deployment is not of the versions and percentages that the stack deployed. The official provider cannot see
 * it: it asks for its own deployment by its id, and that is there for good. Nothing is asked where the stack has deployed nothing.
 */
export async function foreignDeployments(
  state: readonly StateResource[],
  api: () => Connection,
  accountId: string,
): Promise<readonly Foreign[]> {
  const deployed = deployedIn(state);
  if (deployed.length === 0) return [];
  const live = await readServing(
    api(),
    accountId,
    deployed.map(({ scriptName }) => scriptName),
  );
  return deployed.flatMap(({ resource, scriptName, versions }, at): Foreign[] => {
    const serving = live[at];
    const declared = versions.map(({ versionId: id, percentage }) => ({ id, percentage }));
    // A worker that is gone serves nothing: that is told of the worker.
    if (serving?.deployment === undefined || sameShares(declared, serving.versions)) return [];
    return [
      { resource, script: scriptName, declared, serving: { ...serving, deployment: serving.deployment } },
    ];
  });
}

/** The order of versions says nothing, and one that gets no requests serves nobody. */
const sameShares = (a: readonly Share[], b: readonly Share[]): boolean => listed(a) === listed(b);

const listed = (shares: readonly Share[]): string =>
  shares
    .filter(({ percentage }) => percentage > 0)
    .map(({ id, percentage }) => `${id.toLowerCase()} ${percentage}`)
    .toSorted()
    .join();

/** What a foreign deployment is, and in what its versions are others. */
export async function servingFinding(foreign: Foreign, api: Connection, accountId: string): Promise<Finding> {
  const { resource, script, declared, serving } = foreign;
  const { at, author, how, message } = serving.deployment;
  const own = declared.toSorted((a, b) => b.percentage - a.percentage)[0];
  const strangers = serving.versions.filter(({ id }) => declared.every((each) => each.id !== id));
  const read = (id: string) => readVersion(api, accountId, script, id);
  const before = own === undefined || strangers.length === 0 ? undefined : await read(own.id);
  const differences = await Promise.all(
    strangers.map(async ({ id }) => {
      const lines = versionDifferences(before, await read(id));
      return strangers.length === 1 ? lines : lines.map((line) => `${id}: ${line}`);
    }),
  );
  return {
    resource,
    aspect: "deployment",
    what: `Something else serves than the stack deployed${message === undefined ? "" : ` ("${message}")`}`,
    expected: shown(declared),
    found: shown(serving.versions),
    differences: differences.flat(),
    author: { who: author ?? "somebody whom Cloudflare does not name", at, how },
    putBack: "up",
    fix: sentence`${command("up")} deploys what is declared; to keep the change, declare it first`,
    repair: {
      of: `deployment of ${resource}`,
      method: "POST",
      // Without it Cloudflare refuses a version whose secrets are others than those that serve.
      path: `/accounts/${accountId}/workers/scripts/${encodeURIComponent(script)}/deployments?force=true`,
      body: {
        strategy: "percentage",
        versions: declared.map(({ id, percentage }) => ({ version_id: id, percentage })),
        annotations: { "workers/message": "put back what the stack deployed" },
      },
    },
  };
}

const shown = (shares: readonly Share[]): string =>
  shares.map(({ id, percentage }) => `version ${id} at ${percentage} %`).join(", ") || "nothing";
