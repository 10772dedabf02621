import { afterAll, beforeAll, expect, test } from "vitest";
import { z } from "zod";
import { type Clone, clone } from "./clone.ts";

/** Durable Object classes change when a version serves alone. One worker, real engine, each test after the one before. */
let project: Clone;
beforeAll(async () => {
  project = await clone();
  declare("{ Room: {} }");
});
afterAll(() => project.remove());

const system = (classes: string): string => `
import { durableObject, type System, system, worker } from "../declare/index.ts";
const rooms = worker("rooms", {
  main: "workers/rooms.js", compatibilityDate: "2026-01-01",
  env: { ROOM: durableObject(${classes.includes("Hall: {}") ? '"Hall"' : '"Room"'}) }, durableObjects: ${classes},
});
export const systems: readonly System[] = [system("dome", [rooms])];
`;

/** Counts its visits; all classes are the same but for their names. */
const code = (classes: string, greeting: string): string => `
import { DurableObject } from "cloudflare:workers";
class Counter extends DurableObject {
  async fetch() {
    const visits = ((await this.ctx.storage.get("visits")) ?? 0) + 1;
    await this.ctx.storage.put("visits", visits);
    return new Response("${greeting} " + visits);
  }
}
${[...classes.matchAll(/(\w+): \{\}/g)].map(([, name]) => `export class ${name} extends Counter {}`).join("\n")}
export default { fetch: (request, env) => env.ROOM.getByName("one").fetch(request) };
`;

function declare(classes: string, greeting = "hello"): void {
  project.write("src/systems/index.ts", system(classes));
  project.write("workers/rooms.js", code(classes, greeting));
}

const up = ["up", "--yes", "--skip-preview", "--stack", "dev"];
const preview = ["preview", "--stack", "dev"];
const rollout = async (stable: string, percent: number): Promise<void> => {
  for (const [name, value] of [
    ["stable", stable],
    ["percent", String(percent)],
  ] as const) {
    const path = `lockstep:rollout["dome/rooms"].${name}`;
    await project.pulumi(["config", "set", "--path", path, value, "--stack", "dev"]);
  }
};
const endRollout = () =>
  project.pulumi(["config", "rm", "--path", 'lockstep:rollout["dome/rooms"]', "--stack", "dev"]);

const versionsShape = z.array(z.object({ id: z.string() }));
const versions = async (): Promise<readonly string[]> =>
  versionsShape
    .parse(await project.api("dev", "GET", "/workers/workers/rooms-dev/versions"))
    .map(({ id }) => id);
const visit = async (): Promise<string> => (await project.visit("rooms-dev.dev.localhost", "/")).text;

let first = "";

test("a class and its objects come with the first version, and code goes out in a rollout", async () => {
  const { code: exitCode, out } = await project.pulumi(up);
  expect(exitCode, out).toBe(0);
  [first = ""] = await versions();
  expect(await visit()).toBe("hello 1");
  await rollout(first, 10);
  const toItself = await project.pulumi(preview);
  expect(toItself.code).not.toBe(0);
  expect(toItself.out).toContain("A rollout from a version to itself");
  declare("{ Room: {} }", "welcome");
  const released = await project.pulumi(up);
  expect(released.code, released.out).toBe(0);
  expect(await versions()).toHaveLength(2);
});

test("a new class is refused while the rollout is under way: in the preview, and before the upload", async () => {
  declare("{ Room: {}, Lobby: {} }", "welcome");
  for (const command of [preview, up]) {
    const { code: exitCode, out } = await project.pulumi(command);
    expect(exitCode).not.toBe(0);
    expect(out).toContain("A change of Durable Object classes cannot be part of a rollout");
    expect(out).toMatch(/where: +lockstep:rollout of dome\/rooms/);
    expect(out).toMatch(
      /got: +Lobby \(sqlite\), Room \(sqlite\) in the declaration, Room \(sqlite\) in version/,
    );
    expect(out).toMatch(/fix: +end the rollout: pulumi config rm .*, then up/);
    expect(out).not.toContain("    at ");
  }
  expect(await versions()).toHaveLength(2);
});

test("it ships alone, at 100 %, and no rollback goes behind it", async () => {
  await endRollout();
  const shipped = await project.pulumi(up);
  expect(shipped.code, shipped.out).toBe(0);
  await rollout(first, 0);
  const back = await project.pulumi(preview);
  expect(back.code).not.toBe(0);
  expect(back.out).toContain("A change of Durable Object classes cannot be part of a rollout");
  await rollout("00000000-0000-4000-8000-000000000000", 50);
  const unknown = await project.pulumi(preview);
  expect(unknown.code).not.toBe(0);
  expect(unknown.out).toContain("A rollout that calls a version stable which is not there");
  await endRollout();
});

test("a class that is just left out is refused; renamed, it keeps its objects", async () => {
  declare("{ Lobby: {}, Hall: {} }", "welcome");
  const lost = await project.pulumi(preview);
  expect(lost.code).not.toBe(0);
  expect(lost.out).toContain("Durable Object class Room is gone from the declaration");
  const before = Number((await visit()).replace(/\D/g, ""));
  declare('{ Lobby: {}, Hall: {}, Room: { lifecycle: { state: "renamed", renamedTo: "Hall" } } }', "welcome");
  const renamed = await project.pulumi(up);
  expect(renamed.code, renamed.out).toBe(0);
  expect(await visit()).toBe(`welcome ${before + 1}`);
  await project.pulumi(["refresh", "--yes", "--skip-preview", "--stack", "dev"]);
  const unchanged = await project.pulumi([...preview, "--expect-no-changes"]);
  expect(unchanged.code, unchanged.out).toBe(0);
});
