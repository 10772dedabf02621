import {
  type Policies,
  type ResourceValidationArgs,
  type ResourceValidationPolicy,
  UnknownValueError,
  unknownCheckingProxy,
} from "@pulumi/policy";
import { expect, test } from "vitest";
import { unknownValue } from "../src/engine/property-values.ts";
import { lockstepPolicies } from "./index.ts";
import { rules } from "./rules/all.ts";

test("every rule that needs no project is a policy, and what a mandatory one only warns of is another", () => {
  const policies = lockstepPolicies({ protectedStacks: [] });
  const names = policies.map(({ name }) => name);
  for (const { id, needsProject } of rules) expect(names.includes(id)).toBe(needsProject !== true);
  expect(names).toContain("no-placeholders-warnings");
  expect(new Set(names).size).toBe(names.length);
  for (const policy of policies) expect("validateResource" in policy || "validateStack" in policy).toBe(true);
});

const named = (policies: Policies, name: string): ResourceValidationPolicy => {
  const found = policies.find((policy) => policy.name === name);
  if (found === undefined || !("validateResource" in found)) throw new Error(`no policy ${name}`);
  return found;
};

/** Runs a policy over one resource, as the SDK does. */
async function judge(policy: ResourceValidationPolicy, type: string, props: object): Promise<string[]> {
  const found: string[] = [];
  const args: ResourceValidationArgs = {
    type,
    name: "api",
    props: unknownCheckingProxy(props),
    urn: `urn:pulumi:prod::plain::${type}::api`,
    stackTags: new Map(),
    opts: {
      protect: false,
      ignoreChanges: [],
      aliases: [],
      additionalSecretOutputs: [],
      customTimeouts: { createSeconds: 0, updateSeconds: 0, deleteSeconds: 0 },
    },
    isType: () => false,
    asType: () => undefined,
    getConfig: () => {
      throw new Error("these rules have no configuration of the SDK");
    },
    notApplicable: (reason) => {
      throw new Error(`not applicable: ${reason ?? ""}`);
    },
  };
  for (const validate of [policy.validateResource ?? []].flat())
    await validate(args, (message) => found.push(message));
  return found;
}

const version = "cloudflare:index/workerVersion:WorkerVersion";
const bindings = (...all: object[]) => ({ bindings: all });

test("refusals and warnings are reported by their own policies, and other types by none", async () => {
  const policies = lockstepPolicies({ protectedStacks: ["prod"] });
  const both = bindings(
    { name: "A", type: "plain_text", text: "changeme" },
    { name: "B", type: "plain_text", text: "" },
  );
  expect(await judge(named(policies, "no-placeholders"), version, both)).toEqual([
    expect.stringContaining("variable A"),
  ]);
  expect(await judge(named(policies, "no-placeholders-warnings"), version, both)).toEqual([
    expect.stringContaining("variable B"),
  ]);
  expect(await judge(named(policies, "no-placeholders"), "cloudflare:index/queue:Queue", both)).toEqual([]);
});

test("what is not known goes the SDK's way, behind what is", async () => {
  const policy = named(lockstepPolicies(), "no-plain-secrets");
  const later = bindings({ name: "A", type: "plain_text", text: unknownValue });
  await expect(judge(policy, version, later)).rejects.toThrow(
    /the value of A is not known before the update/,
  );
  await expect(judge(policy, version, later)).rejects.toBeInstanceOf(UnknownValueError);
});
