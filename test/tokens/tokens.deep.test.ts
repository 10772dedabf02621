import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import { grantsOf, policies } from "../../embedded/api/account/policies.ts";
import { allows, type Subject } from "../../embedded/api/http/tokens.ts";
import type { Permission } from "../../src/permissions/permission.ts";
import type { Clone } from "../clone.ts";
import { everything } from "../lost-answers/everything.ts";

/** A stage with one of each thing, and tokens that `token` said. */
let project: Clone;
let asked: (readonly [Permission, Subject])[] = [];
let connectionPath: string;
let connection: string;

const shown = z.object({
  needs: z.array(z.object({ group: z.string() })),
  body: z.object({
    name: z.string(),
    policies: z.array(z.looseObject({ permission_groups: z.array(z.object({ name: z.string() })) })),
  }),
});
type Body = z.infer<typeof shown>["body"];

beforeAll(async () => {
  project = await everything({ asked: (...each) => void asked.push(each) });
  connectionPath = join(project.folder, ".lockstep/embedded/connection.json");
  connection = readFileSync(connectionPath, "utf8");
  await project.api("dev", "POST", "/ai-gateway/gateways", {
    ...{ id: "archive-dev", cache_invalidate_on_update: false, cache_ttl: 30, collect_logs: true },
    ...{ rate_limiting_interval: 0, rate_limiting_limit: 0, rate_limiting_technique: "fixed" },
  });
  // A person has had it long since.
  const account = project.embedded.accounts.find(({ name }) => name === "dev")?.id;
  await send("POST", "/zones", { name: "example.com", account: { id: account } });
  await project.pulumi([
    "config",
    "set",
    "--secret",
    "--path",
    "lockstep:secrets.password",
    "s3cret",
    "--stack",
    "dev",
  ]);
});
afterAll(() => project.remove());

async function send(method: string, path: string, body: object): Promise<Record<string, unknown>> {
  const response = await fetch(`${project.embedded.api}${path}`, {
    method,
    headers: { authorization: `Bearer ${project.embedded.token}` },
    body: JSON.stringify(body),
  });
  const answer = z
    .object({ result: z.record(z.string(), z.unknown()).nullable() })
    .parse(await response.json());
  expect(response.status, JSON.stringify(answer)).toBe(200);
  return answer.result ?? {};
}

/** The body of the token that a verb is said to need. */
async function said(verb: string): Promise<Body> {
  const ran = await project.just(["token", "dev", ...verb.split(" "), "--json"]);
  expect(ran.code, ran.out).toBe(0);
  return shown.parse(JSON.parse(ran.out.slice(ran.out.indexOf("{")))).body;
}

/** Runs `just` with a token of these policies, and with no other. */
async function withToken(body: Body, args: readonly string[]) {
  const account = project.embedded.accounts.find(({ name }) => name === "dev")?.id;
  const { value } = await send("POST", `/accounts/${account}/tokens`, body);
  writeFileSync(connectionPath, connection.replace(project.embedded.token, String(value)));
  asked = [];
  try {
    return await project.just(args);
  } finally {
    writeFileSync(connectionPath, connection);
  }
}

const without = (body: Body, group: string): Body => ({
  ...body,
  policies: body.policies
    .map((policy) => ({
      ...policy,
      permission_groups: policy.permission_groups.filter(({ name }) => name !== group),
    }))
    .filter(({ permission_groups }) => permission_groups.length > 0),
});

const groupsOf = (body: Body) =>
  body.policies.flatMap(({ permission_groups }) => permission_groups.map(({ name }) => name));

const allowsAll = (sent: Body["policies"]): boolean => {
  const token = { id: "", name: "", grants: sent.length === 0 ? [] : grantsOf(policies.parse(sent)) };
  return asked.every(([permission, subject]) => allows(token, permission, subject));
};

/** Groups of its policies without which everything that was asked for would still have been allowed. */
const idle = (body: Body): readonly string[] =>
  groupsOf(body).filter((name) => allowsAll(without(body, name).policies));

const changes: Readonly<Record<string, readonly string[]>> = {
  up: ["pulumi-up", "dev", "--yes", "--skip-preview"],
  destroy: ["pulumi-destroy", "dev", "--yes"],
};

describe("the token that is said for a verb is enough for it, and each group of it is needed", () => {
  test("up of what was never up", async () => {
    const body = await said("up");
    expect(groupsOf(body)).toContain("Workers Admin");
    const refused = await withToken(without(body, "Queues Write"), changes["up"] ?? []);
    expect(refused.code).not.toBe(0);
    expect(refused.out).toContain('a token with "Queues Write" on the account');
    expect(refused.out).toContain("just token dev up");
    const before = asked; // the engine makes several things at once: what was made before the refusal is not made again
    const ran = await withToken(body, changes["up"] ?? []);
    expect(ran.code, ran.out).toBe(0);
    asked.push(...before);
    expect(idle(body)).toEqual([]);
  });

  test.each([
    ["preview", ["pulumi-preview", "dev"]],
    ["drift", ["drift", "dev"]],
    ["status", ["status", "dev"]],
    ["db advise", ["db", "advise", "dev"]],
    ["db rehearse", ["db", "rehearse", "dev"]],
    ["db query", ["db", "query", "dev", "shop/orders", "SELECT 1"]],
  ])("%s", async (verb, args) => {
    const body = await said(verb);
    const ran = await withToken(body, args);
    expect(ran.code, ran.out).toBe(0);
    expect(idle(body)).toEqual([]);
  });

  test("a preview with one less is told which, and the command that shows the token", async () => {
    const refused = await withToken(without(await said("preview"), "Queues Read"), ["pulumi-preview", "dev"]);
    expect(refused.code).not.toBe(0);
    expect(refused.out).toContain("give the API token the permission Queues Read");
    expect(refused.out).toContain("just token dev up");
  });

  test("up of new code, once everything is up: no Worker may be made or deleted", async () => {
    const body = await said("up");
    // A custom domain and a Workflow want the role on all Workers.
    expect(groupsOf(body)).toContain("Workers Editor");
    expect(groupsOf(body)).not.toContain("Workers Admin");
    project.edit("workers/shop/api/index.ts", (text) => text.replace('"up"', '"up again"'));
    const ran = await withToken(body, changes["up"] ?? []);
    expect(ran.code, ran.out).toBe(0);
  });

  test("destroy", async () => {
    // It deletes by the token that is in the state, of the last up: that one may do everything here, and what it asked for is held against the other.
    expect((await project.just(changes["up"] ?? [])).code).toBe(0);
    const body = await said("destroy");
    const ran = await withToken(body, changes["destroy"] ?? []);
    expect(ran.code, ran.out).toBe(0);
    expect(allowsAll(body.policies)).toBe(true);
    expect(idle(body)).toEqual([]);
  });
});
