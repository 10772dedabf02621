import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { z } from "zod";
import { logInternalErrors } from "../../internal-errors.ts";
import { type Embedded, startEmbedded } from "../../start.ts";
import { call, visit } from "../testing/call.ts";
import { deployScript } from "../testing/deploy-script.ts";

const code = `
import { WorkflowEntrypoint } from "cloudflare:workers";
export class SignUp extends WorkflowEntrypoint {
  async run({ payload, instanceId }, step) {
    const mail = await step.do("mail", { retries: { limit: 3, delay: 10 } }, async () => {
      const tries = Number(await this.env.KV.get("tries-" + instanceId) ?? 0) + 1;
      await this.env.KV.put("tries-" + instanceId, String(tries));
      if (tries < (payload.fails ?? 0) + 1) throw new Error("the mail server is busy");
      return { to: payload.email, tries };
    });
    if (payload.sleepMs) await step.sleep("a while", payload.sleepMs);
    if (payload.waits) {
      const { payload: answer } = await step.waitForEvent("answer", { type: "confirmed", timeout: "1 hour" });
      return { ...mail, answer };
    }
    return mail;
  }
}
export default {
  async fetch(request, env) {
    const { pathname, searchParams } = new URL(request.url);
    const id = searchParams.get("id") ?? undefined;
    try {
      if (pathname === "/start") {
        const instance = await env.SIGN_UP.create({ id, params: JSON.parse(searchParams.get("params") ?? "{}") });
        return new Response(instance.id);
      }
      const instance = await env.SIGN_UP.get(id);
      if (pathname === "/confirm") await instance.sendEvent({ type: "confirmed", payload: { yes: true } });
      if (pathname === "/terminate") await instance.terminate();
      return Response.json(await instance.status());
    } catch (error) {
      return new Response(error.message, { status: 400 });
    }
  },
};`;

const dataDir = mkdtempSync(join(tmpdir(), "lockstep-workflows-"));
const start = (): Promise<Embedded> => startEmbedded({ dataDir, log: logInternalErrors });
let embedded: Embedded;
const base = (): string => `/accounts/${embedded.accounts[0]?.id}`;

beforeAll(async () => {
  embedded = await start();
  const kv = await call(embedded, "POST", `${base()}/storage/kv/namespaces`, { title: "tries" });
  const target = { api: embedded.api, token: embedded.token, account: String(embedded.accounts[0]?.id) };
  await deployScript(target, "mailer", code, [
    { type: "workflow", name: "SIGN_UP", workflow_name: "sign-up", class_name: "SignUp" },
    { type: "kv_namespace", name: "KV", namespace_id: kv.result["id"] },
  ]);
  await call(embedded, "PUT", `${base()}/workflows/sign-up`, { class_name: "SignUp", script_name: "mailer" });
});
afterAll(async () => {
  await embedded.close();
  rmSync(dataDir, { recursive: true, force: true, maxRetries: 10 });
});

const statusSchema = z.object({ status: z.string(), output: z.unknown(), error: z.unknown().optional() });
const ask = async (path: string): Promise<z.infer<typeof statusSchema>> => {
  const answer = await visit(embedded, "mailer", "dev", path);
  return statusSchema.parse(JSON.parse(answer.slice(answer.indexOf(" ") + 1)));
};
async function until(id: string, wanted: (status: z.infer<typeof statusSchema>) => boolean) {
  for (;;) {
    const status = await ask(`/status?id=${id}`);
    if (wanted(status)) return status;
    await sleep(50);
  }
}
const begin = (id: string, params: object): Promise<string> =>
  visit(embedded, "mailer", "dev", `/start?id=${id}&params=${encodeURIComponent(JSON.stringify(params))}`);
const complete = (id: string) => until(id, ({ status }) => status === "complete");

test("steps run, are tried again after an error, and give their result", async () => {
  expect(await begin("retried", { email: "a@example.com", fails: 2 })).toBe("200 retried");
  expect((await complete("retried")).output).toEqual({ to: "a@example.com", tries: 3 });
});

test("an id is used once, and one that is not there is refused", async () => {
  await begin("twice", { email: "a@example.com" });
  expect(await begin("twice", {})).toContain("400 (instance.already_exists)");
  expect(await visit(embedded, "mailer", "dev", "/status?id=nobody")).toContain("400 (instance.not_found)");
});

test("an event goes to the instance that waits for it", async () => {
  await begin("waits", { email: "a@example.com", waits: true });
  await until("waits", ({ status }) => status === "waiting" || status === "running");
  await ask("/confirm?id=waits");
  expect((await complete("waits")).output).toEqual({ to: "a@example.com", tries: 1, answer: { yes: true } });
});

test("an instance that sleeps and one that waits go on after a restart, without doing a finished step again", async () => {
  await begin("over-restart", { email: "a@example.com", sleepMs: 3_000 });
  await begin("waits-longer", { email: "a@example.com", waits: true });
  for (;;) {
    const answer = await call(embedded, "GET", `${base()}/workflows/sign-up/instances/over-restart`);
    const waits = await call(embedded, "GET", `${base()}/workflows/sign-up/instances/waits-longer`);
    const steps = (each: typeof answer) => z.array(z.unknown()).parse(each.result["steps"]).length;
    if (steps(answer) === 2 && steps(waits) === 2) break;
    await sleep(50);
  }
  await embedded.close();
  embedded = await start();
  await embedded.restored;
  expect((await complete("over-restart")).output).toEqual({ to: "a@example.com", tries: 1 });
  await ask("/confirm?id=waits-longer");
  expect((await complete("waits-longer")).output).toEqual({
    to: "a@example.com",
    tries: 1,
    answer: { yes: true },
  });
});

test("the API starts, lists, describes, pauses, resumes and terminates instances", async () => {
  const instances = `${base()}/workflows/sign-up/instances`;
  const started = await call(embedded, "POST", instances, {
    instance_id: "by-api",
    params: { email: "b@example.com", waits: true },
  });
  expect(started.result["id"]).toBe("by-api");
  const change = (status: string) => call(embedded, "PATCH", `${instances}/by-api/status`, { status });
  await until("by-api", ({ status }) => status === "waiting" || status === "running");
  expect((await change("pause")).message).toBe("");
  await until("by-api", ({ status }) => status === "paused");
  expect((await change("resume")).message).toBe("");
  await until("by-api", ({ status }) => status === "waiting" || status === "running");
  expect((await change("terminate")).message).toBe("");
  expect((await until("by-api", ({ status }) => status === "terminated")).status).toBe("terminated");
  const list = z.array(z.looseObject({ id: z.string(), status: z.string() }));
  const terminated = list.parse((await call(embedded, "GET", `${instances}?status=terminated`)).list);
  expect(terminated.map(({ id }) => id)).toEqual(["by-api"]);
  const described = (await call(embedded, "GET", `${instances}/retried`)).result;
  expect(described).toMatchObject({ status: "complete", success: true, output: { tries: 3 } });
  expect(described["steps"]).toMatchObject([{ type: "step", success: true }]);
  const twice = await call(embedded, "POST", instances, { instance_id: "by-api" });
  expect([twice.status, twice.message]).toEqual([
    409,
    "instance.already_exists: there is an instance of this id",
  ]);
  expect((await call(embedded, "GET", `${instances}/nobody`)).status).toBe(404);
});
