import * as pulumi from "@pulumi/pulumi";
import { z } from "zod";
import { ApiError, call } from "../../../cloudflare/api.ts";
import { connection } from "../../../cloudflare/connection.ts";
import type { Context } from "../../context.ts";

const rule = z.object({
  actions: z.array(z.string()),
  prefix: z.string().nullish(),
  suffix: z.string().nullish(),
});
const inputs = z.object({
  bucketName: z.string(),
  queueId: z.string(),
  jurisdiction: z.string(),
  rules: z.array(rule),
});
const found = z.object({ rules: z.array(rule.extend({ ruleId: z.string() })).nullish() });

/**
 * Runs before a bucket's notifications are made. Cloudflare adds rules and takes none twice, so those that an earlier run made without having heard of it
 * would stop every run after it: they make way for the same ones. Rules that are others than declared are left, and Cloudflare says what is in the way.
 */
export const makesWayForRules = (name: string, { accountId }: Pick<Context, "accountId">) =>
  new pulumi.ResourceHook(`makes-way/${name}`, async ({ newInputs }) => {
    const { bucketName, queueId, jurisdiction, rules } = inputs.parse(newInputs);
    const api = connection(process.env, process.cwd());
    const path = `/accounts/${accountId}/event_notifications/r2/${encodeURIComponent(bucketName)}/configuration/queues/${queueId}`;
    const headers = { "cf-r2-jurisdiction": jurisdiction };
    const wanted = rules.map(text);
    const there = await thereOf(() => call(api, "GET", path, undefined, headers));
    const ruleIds = there.filter((each) => wanted.includes(text(each))).map(({ ruleId }) => ruleId);
    if (ruleIds.length > 0) await call(api, "DELETE", path, { ruleIds }, headers);
  });

/** A bucket without rules for the queue has no configuration. */
async function thereOf(read: () => Promise<unknown>) {
  try {
    return found.parse(await read()).rules ?? [];
  } catch (error) {
    if (error instanceof ApiError && error.status === 404) return [];
    throw error;
  }
}

const text = ({ actions, prefix, suffix }: z.infer<typeof rule>): string =>
  JSON.stringify([actions.toSorted(), prefix ?? "", suffix ?? ""]);
