import * as pulumi from "@pulumi/pulumi";
import { z } from "zod";
import { call } from "../../cloudflare/api.ts";
import { connection } from "../../cloudflare/connection.ts";
import type { Context } from "../context.ts";

const inputs = z.object({ queueId: z.string(), scriptName: z.string().optional() });
const consumers = z.array(
  z.looseObject({
    consumer_id: z.string(),
    type: z.string(),
    script: z.string().nullish(),
    script_name: z.string().nullish(),
  }),
);

/**
 * Runs before a consumer is made. A consumer cannot be imported, and one that is this very worker's already (an earlier run made it and had no answer, or somebody
 * did by hand) would stop the run for good: it makes way for the declared one. Messages wait meanwhile. Another's consumer is left, and the run says whose it is.
 */
export const makesWay = (name: string, { accountId }: Pick<Context, "accountId">): pulumi.ResourceHook =>
  new pulumi.ResourceHook(`makes-way/${name}`, async ({ newInputs }) => {
    const { queueId, scriptName } = inputs.parse(newInputs);
    const api = connection(process.env, process.cwd());
    const path = `/accounts/${accountId}/queues/${queueId}/consumers`;
    for (const each of consumers.parse(await call(api, "GET", path))) {
      const isSame =
        scriptName === undefined
          ? each.type === "http_pull"
          : each.type === "worker" && (each.script ?? each.script_name) === scriptName;
      if (isSame) await call(api, "DELETE", `${path}/${each.consumer_id}`);
    }
  });
