import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { answersMore, hasAddition, isAddition } from "./facts/differences.ts";
import { embeddedWithProvider } from "./fixture/embedded.ts";
import { type TestProject, testProject } from "./fixture/engine.ts";
import type { Recorded } from "./fixture/recording-api.ts";
import { changes, type ObservedRequest, requests } from "./fixture/twenty/observed.ts";
import { states } from "./fixture/twenty/observed-state.ts";

let cloudflare: Awaited<ReturnType<typeof embeddedWithProvider>>;
let project: TestProject;

beforeAll(async () => {
  let port = 0;
  project = await testProject(join(import.meta.dirname, "fixture", "twenty"), { port: () => port });
  cloudflare = await embeddedWithProvider(project.folder);
  port = cloudflare.port;
});
afterAll(async () => {
  await cloudflare.close();
  project.dispose();
});

/** Runs the engine; its output is in the message when it fails. Returns what was asked of the API, in the observed form. */
async function run(args: readonly string[], round: "1" | "2"): Promise<readonly ObservedRequest[]> {
  cloudflare.proxy.requests.length = 0;
  const finished = await project.pulumi(args, { ...cloudflare.environment, TEST_ROUND: round });
  if (finished.exitCode !== 0)
    throw new Error(
      `pulumi ${args.join(" ")}: exit ${finished.exitCode}\n${finished.stdout}${finished.stderr}`,
    );
  return cloudflare.proxy.requests.map(asObserved);
}

function asObserved({ method, path, body, headers }: Recorded): ObservedRequest {
  const own = Object.entries(headers).flatMap(([name, value]): [string, string][] =>
    name.startsWith("cf-") ? [[name, String(value)]] : [],
  );
  return {
    call: `${method} ${anonymous(path).replace("/accounts/<account>", "")}`,
    ...(own.length === 0 ? {} : { headers: Object.fromEntries(own) }),
    ...(body === undefined
      ? {}
      : {
          body: JSON.parse(
            anonymous(JSON.stringify(body))
              .replace(/"content_base64":"[^"]*"/, '"content_base64":"<contents>"')
              // answered by the API and so sent back to it, see answersMore
              .replaceAll('"destinations":[],', ""),
          ),
        }),
  };
}

const anonymous = (text: string): string =>
  text
    .replaceAll(cloudflare.account, "<account>")
    .replaceAll(cloudflare.zone, "<zone>")
    .replace(/\b[0-9a-f]{64}\b/g, "<sha256>")
    .replace(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, "<uuid>")
    .replace(/\b[0-9a-f]{32}\b/g, "<id>")
    .replace(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ/g, "<second>")
    .replace(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+Z/g, "<instant>");

/** The engine works in parallel: the order between resources means nothing. */
const inOrder = (some: readonly ObservedRequest[]): readonly string[] =>
  some.map((one) => JSON.stringify(one, sortedKeys)).sort();
const sortedKeys = (_: string, value: unknown): unknown =>
  typeof value === "object" && value !== null && !Array.isArray(value)
    ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
    : value;

const nothing = ["preview", "--expect-no-changes"] as const;

describe("the program that was observed with the official provider", () => {
  it("sends the same requests to create everything", async () => {
    expect(inOrder(await run(["up", "--yes", "--skip-preview"], "1"))).toEqual(inOrder(requests.create));
  });

  it("leaves the same state, but for what its API answered less", async () => {
    const exported = await project.pulumi(["stack", "export"]);
    const deployment = z
      .object({
        deployment: z.object({
          resources: z.array(
            z.object({
              urn: z.string(),
              id: z.string().optional(),
              outputs: z.record(z.string(), z.unknown()).optional(),
            }),
          ),
        }),
      })
      .parse(JSON.parse(exported.stdout)).deployment;
    expect(exported.stdout).not.toContain("canary");
    const differing = deployment.resources.flatMap(({ urn, id, outputs }) => {
      const expected = states[urn.split("::").at(-1) ?? ""];
      if (expected === undefined) return [];
      const type = urn.split("::")[2] ?? "";
      const ours = leaves(JSON.parse(anonymous(JSON.stringify(outputs))));
      const theirs = leaves(expected.outputs);
      const paths = [...new Set([...Object.keys(ours), ...Object.keys(theirs)])].filter(
        (path) => ours[path] !== theirs[path],
      );
      const unexplained = paths.filter(
        (path) =>
          !isAddition(type, path) &&
          answersMore[`${type.split(":")[2]} ${path.replace(/\[\d+\]/g, "")}`] === undefined,
      );
      const idDiffers = anonymous(id ?? "") === expected.id ? [] : [`id: ${id} instead of ${expected.id}`];
      return [
        ...idDiffers,
        ...unexplained.map(
          (path) => `${type.split(":")[2]} ${path}: ${String(ours[path])} instead of ${String(theirs[path])}`,
        ),
      ];
    });
    expect(differing).toEqual([]);
  });

  it("changes nothing when nothing changed, and asks for nothing", async () => {
    expect(await run(["up", "--yes", "--skip-preview", "--expect-no-changes"], "1")).toEqual([]);
  });

  it("refreshes with the same requests and finds nothing", async () => {
    expect(inOrder(await run(["refresh", "--yes", "--skip-preview", "--expect-no-changes"], "1"))).toEqual(
      inOrder(requests.refresh),
    );
    expect(await run(nothing, "1")).toEqual([]);
  });

  it("previews the second round with the same operations, reasons and replacements", async () => {
    const finished = await project.pulumi(["preview", "--json"], {
      ...cloudflare.environment,
      TEST_ROUND: "2",
    });
    const steps = z
      .object({
        steps: z.array(
          z.object({
            op: z.string(),
            urn: z.string(),
            diffReasons: z.array(z.string()).nullish(),
            replaceReasons: z.array(z.string()).nullish(),
          }),
        ),
      })
      .parse(JSON.parse(finished.stdout)).steps;
    const ours = Object.fromEntries(
      steps
        .filter(({ op }) => op !== "same")
        .map(({ op, urn, diffReasons, replaceReasons }) => {
          const name = urn.split("::").at(-1) ?? "";
          const added = (reason: string): boolean =>
            hasAddition(urn.split("::")[2] ?? "", reason) && changes[name]?.reasons.includes(reason) !== true;
          const reasons = (diffReasons ?? []).filter((reason) => !added(reason));
          return [
            urn.split("::").at(-1),
            // The engine keeps them in a map without an order.
            { op, reasons, ...(replaceReasons ? { replaces: replaceReasons.toSorted() } : {}) },
          ];
        }),
    );
    expect(ours).toEqual(changes);
  });

  it("sends the same requests for the second round, and is done with it", async () => {
    expect(inOrder(await run(["up", "--yes", "--skip-preview"], "2"))).toEqual(inOrder(requests.change));
    expect(inOrder(await run(["refresh", "--yes", "--skip-preview", "--expect-no-changes"], "2"))).toEqual(
      inOrder(requests.refresh),
    );
    expect(await run(nothing, "2")).toEqual([]);
  });

  it("destroys everything with the same requests", async () => {
    expect(inOrder(await run(["destroy", "--yes", "--skip-preview"], "2"))).toEqual(
      inOrder(requests.destroy),
    );
    expect(cloudflare.logged.filter((line) => line.startsWith("provider:"))).toEqual([]);
  });
});

/** Every value by its path. Secrets are one value: what is in them differs each time. */
function leaves(value: unknown, path = ""): Readonly<Record<string, unknown>> {
  if (typeof value !== "object" || value === null) return { [path]: value };
  if ("ciphertext" in value) return { [path]: "<secret>" };
  const parts = Object.entries(value);
  if (parts.length === 0) return { [path]: Array.isArray(value) ? "[]" : "{}" };
  return Object.assign(
    {},
    ...parts.map(([key, part]) =>
      leaves(part, Array.isArray(value) ? `${path}[${key}]` : path === "" ? key : `${path}.${key}`),
    ),
  );
}
