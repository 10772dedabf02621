import { afterAll, beforeAll, expect, test } from "vitest";
import { exchange } from "../../src/cloudflare/exchange.ts";
import { type Clone, clone } from "../clone.ts";

/** The whole of taco in each stage, on the real engine. Each test after the one before. */
let project: Clone;
beforeAll(async () => {
  project = await clone({ systems: ["taco"] });
});
afterAll(() => project.remove());

const hosts = { dev: "taco-dev.dev", staging: "taco-staging.staging", prod: "taco.prod" } as const;
type Stage = keyof typeof hosts;

async function stack(stage: Stage, ...args: readonly string[]): Promise<string> {
  const { code, out } = await project.pulumi([...args, "--yes", "--skip-preview", "--stack", stage]);
  expect(code, out).toBe(0);
  return out;
}

/** Asks the worker of a stage; a body goes as JSON. Gives status, headers and what was answered, parsed where it is JSON. */
async function ask(
  stage: Stage,
  line: string,
  {
    token,
    body,
    headers = {},
  }: {
    readonly token?: string;
    readonly body?: unknown;
    readonly headers?: Readonly<Record<string, string>>;
  } = {},
) {
  const [method = "", path = ""] = line.split(" ");
  const sent = await exchange(`http://${hosts[stage]}.localhost:${project.embedded.frontPort}${path}`, {
    method,
    headers: {
      ...headers,
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
      ...(body !== undefined && { "content-type": "application/json" }),
    },
    ...(body !== undefined && { body: typeof body === "string" ? body : JSON.stringify(body) }),
    timeoutMs: 30_000,
  });
  if (sent.kind === "noAnswer") throw new Error(sent.message);
  return { status: sent.status, answer: parsed(sent.text), headers: sent.headers };
}

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
};

test("dev comes up from a fresh clone with no secret set", async () => {
  await stack("dev", "up");
  expect(await ask("dev", "GET /api/health")).toMatchObject({
    status: 200,
    answer: { ok: true, environment: "dev" },
  });
  expect((await ask("dev", "GET /")).answer).toContain("<h1>TACo</h1>");
});
