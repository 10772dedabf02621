import * as pulumi from "@pulumi/pulumi";
import { z } from "zod";

const answer = z.object({ outputs: z.record(z.string(), z.unknown()) });

/** Whether the state of the stack that is being deployed has a resource, asked of the engine; the state is read once, and only if it is asked. */
export function ownState(): (type: string, name: string) => Promise<boolean> {
  let read: Promise<readonly string[]> | undefined;
  return async (type, name) => {
    read ??= urns();
    return (await read).some((urn) => urn.endsWith(`${type}::${name}`));
  };
}

async function urns(): Promise<readonly string[]> {
  const stackName = `${pulumi.getOrganization()}/${pulumi.getProject()}/${pulumi.getStack()}`;
  const read: unknown = await pulumi.runtime.invoke("pulumi:pulumi:readStackResourceOutputs", { stackName });
  return Object.keys(answer.parse(read).outputs);
}
