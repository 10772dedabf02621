import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { bundle } from "../../bundle/build.ts";
import { durableObject, service, system, type Worker, worker, workflow } from "../../declare/index.ts";
import { codeDiagnostics } from "./code-checks.ts";

let root = "";
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), "lockstep-code-"));
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

const settings = { main: "api.js", compatibilityDate: "2026-01-01" } as const;
const api: Worker = worker("api", {
  ...settings,
  durableObjects: { Room: {}, Gone: { lifecycle: { state: "deleted" } } },
  env: {
    ROOM: durableObject("Room"),
    SIGN_UP: workflow("sign-up", { className: "SignUp" }),
    SELF: service(() => api, "Orders"),
  },
});

async function found(code: string): Promise<readonly string[]> {
  writeFileSync(join(root, "api.js"), code);
  const built = (await bundle({ main: "api.js" }, root)).bundle;
  return codeDiagnostics(system("shop", [api]), () => built, root).map(
    ({ what, where }) => `${where}: ${what}`,
  );
}

test("classes, entrypoints and Workflows that the code does not export are found before an upload; what is deleted is not asked for", async () => {
  expect(await found("export default {};")).toEqual([
    "shop/api, durableObjects.Room: Durable Object class Room is not in the code of worker api",
    "shop/api, env.SELF: Entrypoint Orders is not in the code of worker api",
    "shop/sign-up, className: Class SignUp of Workflow sign-up is not in the code of worker api",
  ]);
  expect(
    await found(
      "class Room {}\nexport { Room, Room as Orders };\nexport class SignUp {}\nexport default {};",
    ),
  ).toEqual([]);
});

test("what a module of the runtime exports is known to the runtime alone", async () => {
  expect(await found('export * from "cloudflare:workers";\nexport default {};')).toEqual([]);
});

test("a worker of more than 10 MiB is found, as it is when it is compressed", () => {
  const of = (contents: Uint8Array) => {
    writeFileSync(join(root, "large.js"), contents);
    const modules = [
      { name: "index.js", contentType: "application/javascript+module", contentFile: "large.js" },
    ];
    const made = { digest: "", mainModule: "index.js", modules };
    return codeDiagnostics(system("shop", [api]), () => made, root).map(
      ({ what, where }) => `${where}: ${what}`,
    );
  };
  expect(of(new Uint8Array(12 * 1024 * 1024))).toEqual([]);
  expect(of(randomBytes(11 * 1024 * 1024))).toEqual([
    "shop/api: A worker that is larger than Cloudflare takes",
  ]);
});

test("methods by which a class's storage is backed up and that its code lacks are named, and a class whose methods are not written out is left alone", async () => {
  const rooms = worker("api", {
    ...settings,
    durableObjects: { Room: { backup: { export: "exportStorage", import: "importStorage" } } },
    env: {},
  });
  const told = async (code: string) => {
    writeFileSync(join(root, "api.js"), code);
    const built = (await bundle({ main: "api.js" }, root)).bundle;
    return codeDiagnostics(system("shop", [rooms]), () => built, root).map(
      ({ what, got }) => `${what}: ${got}`,
    );
  };
  const of = (body: string): string =>
    `import { DurableObject } from "cloudflare:workers"; export class Room extends DurableObject { ${body} } export default {};`;
  expect(await told(of("exportStorage() {}"))).toEqual([
    "Durable Object class Room lacks importStorage(), by which its storage is backed up: the class has exportStorage",
  ]);
  expect(await told(of("exportStorage() {} importStorage() {}"))).toEqual([]);
  expect(await told("export const Room = globalThis.made; export default {};")).toEqual([]);
});
