import { describe, expect, test } from "vitest";
import project from "../../project.ts";
import { callsOf } from "../diagnostic/place.ts";
import { placedDiagnostic } from "../diagnostic/user-error.ts";
import { advice, type Refusal } from "./advice.ts";

const { stages } = project;

const [stage] = stages;
if (stage === undefined) throw new Error("there are no stages");
const d1 = "cloudflare:index/d1Database:D1Database";
const refused = (error: string, more: Partial<Refusal> = {}) => {
  const found = advice({ type: d1, name: "dome/silo", operation: "create", error, stage, ...more });
  const place = { stage: stage.name, real: false, ...callsOf(process.cwd()) };
  return found === undefined ? undefined : placedDiagnostic(found, place);
};

describe("a refusal is explained, whoever worded it", () => {
  test.each([
    ["A database with the name 'silo-dev' already exists (POST /client/v4/…: status 400, code 7502)"],
    [
      'POST "https://api.cloudflare.com/…": 409 Conflict {"success":false,"errors":[{"code":10004,"message":"The bucket you tried to create exists"}]}',
    ],
    ["Database with name 'dome-meta-dev' already exists"],
  ])("a name that is taken offers the import: %s", (error) => {
    expect(refused(error)?.fix).toContain("just import dev dome/silo");
  });

  test.each([
    ["API token does not have the required permissions"],
    ['403 Forbidden {"errors":[{"code":10000,"message":"Authentication error"}]}'],
    ["Unauthorized to access requested resource (code 9109)"],
  ])("a missing permission names it: %s", (error) => {
    expect(refused(error)?.expected).toContain('"D1 Write" on the account');
    expect(refused(error, { type: "cloudflare:index/queue:Queue" })?.expected).toContain(
      '"Queues Write" on the account',
    );
    expect(refused(error)?.fix).toContain("just token dev up");
  });

  test("a service that is not there says how it comes to be there", () => {
    const found = refused(
      "Could not resolve service binding 'SILO'. Target script 'silo-dev' not found. (code 10143)",
    );
    expect(found?.what).toBe("dome/silo binds a worker that is not there");
  });

  test("a bucket that is not empty says what can be done", () => {
    expect(
      refused("The bucket you tried to delete is not empty (code 10008)", { operation: "delete" })?.fix,
    ).toContain("just retire dome/silo dev --empty-buckets");
  });

  test("anything else keeps Cloudflare's own words alone", () => {
    expect(refused("Internal error (code 7500)")).toBeUndefined();
    expect(refused("already exists", { operation: "update" })).toBeUndefined();
  });
});

describe("code that does not start", () => {
  const version = { type: "cloudflare:index/workerVersion:WorkerVersion", name: "dome/dome-api" };
  test("is told with its place in the sources", () => {
    const found = refused(
      "Uncaught TypeError: x is not a function\n  at workers/dome/api/index.ts:12:7",
      version,
    );
    expect(found?.where).toBe("workers/dome/api/index.ts:12:7");
    expect(found?.got).toContain("x is not a function");
  });
  test("names the flag that brings Node's modules where one is imported without it", () => {
    const found = refused('Uncaught Error: No such module "node:fs".\n  imported from "index.js"', version);
    expect(found?.fix).toContain('compatibilityFlags: ["nodejs_compat"]');
    expect(found?.expected).toContain("node:fs");
  });
});
