import * as pulumi from "@pulumi/pulumi";
import { z } from "zod";
import { type StateResource, stateResource } from "../../reality/state.ts";

const answer = z.object({
  outputs: z.record(z.string(), z.object({ outputs: z.record(z.string(), z.unknown()).nullish() })),
});

/** What the state of the stack that is being deployed has, asked of the engine; a first `up` has nothing. */
export async function ownState(): Promise<readonly StateResource[]> {
  const stackName = `${pulumi.getOrganization()}/${pulumi.getProject()}/${pulumi.getStack()}`;
  const read: unknown = await pulumi.runtime.invoke("pulumi:pulumi:readStackResourceOutputs", { stackName });
  return Object.entries(answer.parse(read).outputs).map(([urn, { outputs }]) =>
    stateResource(urn, outputs ?? {}),
  );
}
