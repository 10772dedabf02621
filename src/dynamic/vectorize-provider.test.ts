import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { logInternalErrors } from "../../embedded/internal-errors.ts";
import { type Embedded, startEmbedded } from "../../embedded/start.ts";
import { call } from "../cloudflare/api.ts";
import { provider } from "./vectorize-provider.ts";

let embedded: Embedded;
let root = "";
let accountId = "";
beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), "lockstep-vectorize-"));
  mkdirSync(join(root, ".lockstep"));
  embedded = await startEmbedded({ dataDir: join(root, ".lockstep/embedded"), log: logInternalErrors });
  accountId = embedded.accounts[0]?.id ?? "";
  vi.stubEnv("PULUMI_BACKEND_URL", pathToFileURL(join(root, ".lockstep/state")).href);
  vi.spyOn(process, "cwd").mockReturnValue(root);
});
afterAll(async () => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
  await embedded.close();
  rmSync(root, { recursive: true, force: true });
});

const index = (name: string, more: Record<string, unknown> = {}) => ({
  accountId,
  name,
  dimensions: 3,
  metric: "cosine",
  description: "",
  metadataIndexes: {},
  ...more,
});
const api = () => ({ baseUrl: embedded.api, token: embedded.token });
const path = (name: string): string => `/accounts/${accountId}/vectorize/v2/indexes/${name}`;

describe("an index", () => {
  test("is created, read without a difference, and deleted", async () => {
    const { id, outs } = await provider.create(index("first", { metadataIndexes: { topic: "string" } }));
    expect(id).toBe("first");
    expect(await call(api(), "GET", path("first"))).toMatchObject({
      config: { dimensions: 3, metric: "cosine" },
    });
    const { props } = await provider.read(id, outs);
    expect(
      await provider.diff(id, props, index("first", { metadataIndexes: { topic: "string" } })),
    ).toMatchObject({ changes: false });
    await provider.delete(id, outs);
    expect((await provider.read(id, outs)).id).toBe("");
  });

  test("that another stage or a person made is neither taken over nor deleted", async () => {
    await provider.create(index("first-stage"));
    await expect(provider.create(index("first-stage"))).rejects.toThrow(
      /index named first-stage that this stack did not make[\s\S]*adopt: \{ <stage>: "first-stage" \}/,
    );
    const { id, outs } = await provider.create(index("first-stage", { takesOver: true }));
    await provider.delete(id, outs);
    expect(await call(api(), "GET", path("first-stage"))).toMatchObject({ config: { dimensions: 3 } });
  });

  test("that exists with the same shape is taken over where that is declared, with its vectors", async () => {
    await call(api(), "POST", `/accounts/${accountId}/vectorize/v2/indexes`, {
      name: "theirs",
      config: { dimensions: 3, metric: "cosine" },
    });
    const { id, outs } = await provider.create(index("theirs", { takesOver: true }));
    expect(id).toBe("theirs");
    expect(outs).toMatchObject({ dimensions: 3 });
  });

  test("that exists with another shape is refused, and left as it is", async () => {
    await call(api(), "POST", `/accounts/${accountId}/vectorize/v2/indexes`, {
      name: "other",
      config: { dimensions: 5, metric: "euclidean" },
    });
    await expect(provider.create(index("other", { takesOver: true }))).rejects.toThrow(
      /another Vectorize index named other[\s\S]*got: {6}5 dimensions, euclidean[\s\S]*expected: 3 dimensions, cosine/,
    );
    expect(await call(api(), "GET", path("other"))).toMatchObject({ config: { dimensions: 5 } });
  });

  test("gets and loses metadata indexes in place", async () => {
    const before = index("filters", { metadataIndexes: { topic: "string", year: "number" } });
    await provider.create(before);
    const after = index("filters", { metadataIndexes: { year: "number", done: "boolean" } });
    expect(await provider.diff("filters", before, after)).toEqual({ changes: true, replaces: [] });
    await provider.update("filters", before, after);
    const { props } = await provider.read("filters", after);
    expect(props).toMatchObject({ metadataIndexes: { done: "boolean", year: "number" } });
  });

  test("of another shape replaces the old one, which has to go first when the name is the same", async () => {
    expect(await provider.diff("x", index("x"), index("x", { dimensions: 5 }))).toEqual({
      changes: true,
      replaces: ["dimensions"],
      deleteBeforeReplace: true,
    });
    expect(await provider.diff("x", index("x"), index("y"))).toEqual({
      changes: true,
      replaces: ["name"],
      deleteBeforeReplace: false,
    });
  });

  test("is not taken for missing when the account is wrong", async () => {
    await expect(provider.read("x", { ...index("x"), accountId: "f".repeat(32) })).rejects.toThrow(/40[34]/);
  });
});
