import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { z } from "zod";
import { type Clone, clone } from "../clone.ts";

/** One system that binds everything that runs besides stores; each test goes on from where the one before it left the stack. */
let project: Clone;
let storeId = "";

const bindings = (): string => `
    LIMIT: rateLimit({ namespaceId: "7", limit: 3, periodSeconds: 60, mitigationSeconds: 60 }),
    CLICKS: analyticsEngine("clicks"),
    MAIL: sendEmail({ destinationAddress: "ops@example.com" }),
    KEY: secretsStoreSecret({ storeId: "${storeId}", secretName: "stripe" }),`;

/** Writes the system: its Workflow runs in one worker and is bound by two. */
const declare = (more: string): void =>
  project.write(
    "src/systems/desk.ts",
    `import { analyticsEngine, rateLimit, secretsStoreSecret, sendEmail, system, type Worker, worker, workflow } from "../declare/index.ts";
export const used = [analyticsEngine, rateLimit, secretsStoreSecret, sendEmail];
const greet = workflow<{ readonly name: string }>("greet", { className: "Greet", of: (): Worker => mailer, maxSteps: 100 });
const settings = { compatibilityDate: "2026-06-01" } as const;
const mailer: Worker = worker("desk-mailer", { ...settings, main: "workers/desk-mailer.ts", env: { GREET: greet } });
const api = worker("desk", { ...settings, main: "workers/desk.ts", env: { GREET: greet, ${more} } });
export const desk = system("desk", [mailer, api]);
`,
  );

beforeAll(async () => {
  project = await clone({ systems: ["desk"], prepare: () => undefined });
  project.edit(
    "src/systems/index.ts",
    () => `import { desk } from "./desk.ts";\nexport const systems = [desk];\n`,
  );
  project.write(
    "workers/desk-mailer.ts",
    `import { WorkflowEntrypoint } from "cloudflare:workers";
export class Greet extends WorkflowEntrypoint {
  async run({ payload }, step) {
    return step.do("greet", async () => "Hello " + payload.name);
  }
}
export default { fetch: () => new Response("mailer") };
`,
  );
  project.write(
    "workers/desk.ts",
    `export default { async fetch(request, env) {
  const { pathname, searchParams } = new URL(request.url);
  switch (pathname) {
    case "/limit": return Response.json(await env.LIMIT.limit({ key: "a" }));
    case "/click": env.CLICKS.writeDataPoint({ indexes: ["a"], doubles: [2] }); return Response.json("written");
    case "/mail":
      await env.MAIL.send({ from: "desk@example.com", to: "ops@example.com", subject: "Hello", text: "You." });
      return Response.json("sent");
    case "/key": return Response.json(await env.KEY.get());
    case "/greet": return Response.json((await env.GREET.create({ params: { name: "Ann" } })).id);
    case "/greeted": return Response.json(await (await env.GREET.get(searchParams.get("id"))).status());
    default: return Response.json(Object.keys(env).sort());
  }
} };
`,
  );
  const store = await project.api("dev", "POST", "/secrets_store/stores", { name: "shared" });
  storeId = z.object({ id: z.string() }).parse(store).id;
  await project.api("dev", "POST", `/secrets_store/stores/${storeId}/secrets`, [
    { name: "stripe", value: "s3cret", scopes: ["workers"] },
  ]);
});
afterAll(() => project.remove());

const up = async (): Promise<string> => {
  const { code, out } = await project.pulumi(["up", "--yes", "--skip-preview", "--stack", "dev"]);
  expect(code, out).toBe(0);
  return out;
};
const ask = async (path: string): Promise<unknown> =>
  JSON.parse((await project.visit("desk-dev.dev.localhost", path)).text);
const unchanged = /Resources:\n {4}\d+ unchanged\n/;

test("everything that is bound is there after an up, and works", async () => {
  declare(bindings());
  await up();
  expect(await ask("/")).toEqual(["CLICKS", "GREET", "KEY", "LIMIT", "MAIL"]);
  for (let call = 0; call < 8; call += 1) await ask("/limit");
  expect(await ask("/limit")).toEqual({ success: false });
  expect(await ask("/key")).toBe("s3cret");
  expect(await ask("/mail")).toBe("sent");
  expect(await project.api("dev", "GET", "/embedded/emails")).toMatchObject([{ to: ["ops@example.com"] }]);
  expect(await ask("/click")).toBe("written");
  const id = z.string().parse(await ask("/greet"));
  const status = z.object({ status: z.string(), output: z.unknown() });
  for (;;) {
    const now = status.parse(await ask(`/greeted?id=${id}`));
    if (now.status === "complete") {
      expect(now.output).toBe("Hello Ann");
      break;
    }
    await sleep(50);
  }
  expect(await project.api("dev", "GET", "/workflows")).toMatchObject([
    { name: "greet-dev", class_name: "Greet", script_name: "desk-mailer-dev", instances: { complete: 1 } },
  ]);
});

test("the same up changes nothing, nor after a refresh", async () => {
  expect(await up()).toMatch(unchanged);
  const refresh = await project.pulumi(["refresh", "--yes", "--skip-preview", "--stack", "dev"]);
  expect(refresh.out).toMatch(unchanged);
  expect(await up()).toMatch(unchanged);
});

test("a binding that is taken away is gone, and a destroy leaves no Workflow", async () => {
  declare("");
  await up();
  expect(await ask("/")).toEqual(["GREET"]);
  const destroyed = await project.pulumi(["destroy", "--yes", "--skip-preview", "--stack", "dev"]);
  expect(destroyed.code, destroyed.out).toBe(0);
  expect(await project.api("dev", "GET", "/workflows")).toEqual([]);
  expect(await project.api("dev", "GET", "/workers/workers")).toEqual([]);
});
