import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import declared from "../../project.ts";
import { type Clone, clone } from "../clone.ts";
import { type OpenIdProvider, openIdProvider } from "./openid-provider.ts";
import { type Visitor, visitor } from "./visitor.ts";

/** Each stage of jobmatch on the embedded target, from nothing to nothing: each test goes on from the one before it. */
let project: Clone;
let provider: OpenIdProvider;
beforeAll(async () => {
  provider = await openIdProvider();
  project = await clone({ systems: ["jobmatch"] });
  project.edit("src/systems/jobmatch.ts", (text) =>
    text.replaceAll("https://id.example.com", provider.issuer),
  );
});
afterAll(async () => {
  await project.remove();
  await provider.close();
});

const up = (stage: string) =>
  stage === "prod"
    ? project.deploy("prod")
    : project.pulumi(["up", "--yes", "--skip-preview", "--stack", stage]);
const suffixOf = (stage: string): string => (stage === "prod" ? "" : `-${stage}`);
const accountOf = (stage: string): string =>
  declared.stages.find(({ name }) => name === stage)?.embeddedAccount ?? stage;
const site = (stage: string): string =>
  `http://jobmatch${suffixOf(stage)}.${accountOf(stage)}.localhost:${project.embedded.frontPort}`;

const namespaces = [
  "AI_GATEWAY_CACHE",
  "EMBEDDINGS_CACHE",
  "JOB_ANALYSIS_CACHE",
  "OAUTH_STATES",
  "RATE_LIMITS",
  "SESSIONS",
];
const id = z.object({ id: z.string() });
const ranked = z.array(z.object({ id: z.string(), title: z.string(), score: z.number() }));
const analysis = z.object({ score: z.number(), summary: z.string(), from: z.string() });
const titles = z.array(z.object({ title: z.string() }));
const names = z.array(z.object({ name: z.string() }));

/** Signs somebody in as the stage does it. */
async function signIn(stage: string, email: string): Promise<Visitor> {
  const person = visitor(site(stage));
  if (stage === "dev") {
    expect((await person.ask("/auth/email", { json: { email } })).status).toBe(204);
    return person;
  }
  const away = await person.ask("/auth/login?returnTo=/jobs");
  expect(away.status, away.text).toBe(302);
  const back = provider.agree(String(away.headers["location"]), { sub: email, email, email_verified: true });
  const done = await person.ask(back);
  expect([done.status, done.headers["location"]], done.text).toEqual([302, "/jobs"]);
  // Neither the state nor the code is good a second time.
  expect((await person.ask(back)).status).toBe(400);
  return person;
}

const resume = "I wrote compilers for ten years. I know parsers and type systems. I like coffee.";

test("a stage that only refers to the gateway says in the preview that it makes the one that is missing", async () => {
  const preview = await project.pulumi(["preview", "--stack", "staging"]);
  expect(preview.code, preview.out).toBe(0);
  expect(preview.out).toContain("has no jobmatch-ai-gateway-dev yet; it is made now");
});

/** Staging shares the account of prod, which owns the gateway of both: prod comes first. */
describe.each(["prod", "staging", "dev"])("%s", (stage) => {
  let ada: Visitor;
  let resumeId = "";
  let compilerJob = "";

  test("comes up with the names that it always had", async () => {
    const { code, out } = await up(stage);
    expect(code, out).toBe(0);
    const inAccount = async (path: string) => await project.api(stage, "GET", path);
    const suffix = suffixOf(stage);
    expect(titles.parse(await inAccount("/storage/kv/namespaces")).map(({ title }) => title)).toEqual(
      expect.arrayContaining(namespaces.map((name) => `${name}${suffix}`)),
    );
    const buckets = z.object({ buckets: names }).parse(await inAccount("/r2/buckets")).buckets;
    expect(buckets.map(({ name }) => name)).toEqual(
      expect.arrayContaining(["avatars", "exports", "resumes"].map((name) => `jobmatch-ai-${stage}-${name}`)),
    );
    expect(await inAccount(`/vectorize/v2/indexes/jobmatch-ai-${stage}`)).toMatchObject({
      config: { dimensions: 768, metric: "cosine" },
    });
    expect(await inAccount("/ai-gateway/gateways")).toMatchObject([
      {
        id: "jobmatch-ai-gateway-dev",
        cache_ttl: 3600,
        rate_limiting_limit: 100,
        rate_limiting_interval: 60,
        rate_limiting_technique: "sliding",
      },
    ]);
  });

  test("shows its page, and its API at the same address", async () => {
    const anybody = visitor(site(stage));
    expect((await anybody.ask("/")).text).toContain("<title>Jobmatch</title>");
    expect((await anybody.ask("/app.js")).headers["content-type"]).toContain("javascript");
    expect((await anybody.ask("/health")).json()).toEqual({ ok: true, stage });
    expect((await anybody.ask("/api/me")).status).toBe(401);
    expect((await anybody.ask("/nowhere")).status).toBe(404);
  });

  test("signs somebody in as it does it, and no other way", async () => {
    ada = await signIn(stage, "ada@example.com");
    expect((await ada.ask("/api/me")).json()).toMatchObject({
      email: "ada@example.com",
      emailVerified: stage !== "dev",
    });
    const other =
      stage === "dev" ? ada.ask("/auth/login") : ada.ask("/auth/email", { json: { email: "a@b.c" } });
    expect((await other).status).toBe(404);
  });

  test("takes a résumé and an avatar, and nothing that only says that it is one", async () => {
    const put = (type: string, content: string | Uint8Array) =>
      ada.ask("/api/resumes?name=cv", { body: { type, content } });
    const stored = await put("text/plain", resume);
    expect(stored.status, stored.text).toBe(201);
    resumeId = id.parse(stored.json()).id;
    expect((await ada.ask(`/api/resumes/${resumeId}`)).text).toBe(resume);
    expect((await put("application/pdf", resume)).status).toBe(415);
    expect((await put("text/plain", new Uint8Array([0x50, 0x4b, 3, 4, 0, 0xff]))).status).toBe(415);
    expect((await put("text/plain", "x".repeat(256 * 1024 + 1))).status).toBe(413);
    const png = new Uint8Array([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 1]);
    const avatar = (content: string | Uint8Array) =>
      ada.ask("/api/me/avatar", { method: "PUT", body: { type: "image/png", content } });
    expect((await avatar("<script>")).status).toBe(415);
    expect((await avatar(png)).status).toBe(204);
    expect((await ada.ask("/api/me/avatar")).headers["content-type"]).toBe("image/png");
  });

  test("finds jobs by what they are about", async () => {
    const add = async (title: string, description: string): Promise<string> => {
      const added = await ada.ask("/api/jobs", { json: { title, company: "Example Ltd", description } });
      expect(added.status, added.text).toBe(201);
      return id.parse(added.json()).id;
    };
    compilerJob = await add("Compiler engineer", "Write compilers, parsers and type systems.");
    await add("Gardener", "Keep the plants of a park alive.");
    expect(await add("Compiler engineer", "Write compilers, parsers and type systems.")).toBe(compilerJob);
    const [first] = ranked.parse((await ada.ask("/api/jobs/search?q=parsers%20for%20compilers")).json());
    expect(first).toMatchObject({ id: compilerJob, title: "Compiler engineer" });
  });

  test("analyses a résumé against a job once; whoever asks again gets it from the cache", async () => {
    const asked = { json: { resumeId, jobId: compilerJob } };
    const first = analysis.parse((await ada.ask("/api/analyses", asked)).json());
    expect(first).toMatchObject({ from: "model", summary: expect.stringContaining("parsers") });
    expect(first.score).toBeGreaterThan(0.1);
    expect(analysis.parse((await ada.ask("/api/analyses", asked)).json())).toEqual({
      ...first,
      from: "cache",
    });
    const grace = await signIn(stage, "grace@example.com");
    expect((await grace.ask("/api/analyses", asked)).status).toBe(404);
    expect((await ada.ask("/api/applications", asked)).status).toBe(204);
    expect((await ada.ask("/api/applications")).json()).toMatchObject([{ jobId: compilerJob, resumeId }]);
  });

  test("gives somebody everything that it keeps of them, and nobody else", async () => {
    const made = id.parse((await ada.ask("/api/exports", { method: "POST" })).json());
    expect((await ada.ask(`/api/exports/${made.id}`)).json()).toMatchObject({
      user: { email: "ada@example.com" },
      resumes: [{ name: "cv", text: resume }],
      analyses: [{ title: "Compiler engineer" }],
      applications: [{ title: "Compiler engineer" }],
    });
    const grace = await signIn(stage, "grace@example.com");
    expect((await grace.ask(`/api/exports/${made.id}`)).status).toBe(404);
  });

  test("a second up has nothing to do, also after a refresh", async () => {
    const second = await up(stage);
    expect(second.out).toMatch(/Resources:\n {4}\d+ unchanged\n/);
    const refresh = await project.pulumi(["refresh", "--yes", "--skip-preview", "--stack", stage]);
    expect(refresh.out).toMatch(/Resources:\n {4}\d+ unchanged\n/);
    expect((await up(stage)).out).toMatch(/Resources:\n {4}\d+ unchanged\n/);
  });

  test("one line of code is one new version of one worker, in the place of the one before", async () => {
    const edit = (from: string, to: string): void =>
      project.edit("workers/jobmatch/api/index.ts", (text) => text.replace(from, to));
    edit("sign in first", "please sign in first");
    const changed = await up(stage);
    expect(changed.out).toMatch(/\+-2 replaced\n {4}\d+ unchanged\n/);
    expect((await visitor(site(stage)).ask("/api/me")).text).toContain("please sign in first");
    expect((await ada.ask("/api/me")).status).toBe(200);
    edit("please sign in first", "sign in first");
  });

  test("a smaller limit changes the gateway alone, where it is this stage's, and it refuses what is above", async () => {
    const limit = /requests: \d+, windowSeconds: [\d_]+/;
    const setLimit = (to: string): void =>
      project.edit("src/systems/jobmatch.ts", (text) => text.replace(limit, to));
    expect((await up(stage)).code).toBe(0);
    setLimit("requests: 2, windowSeconds: 3_600");
    const changed = await up(stage);
    setLimit("requests: 100, windowSeconds: 60");
    if (stage === "staging") {
      expect(changed.out).toMatch(/Resources:\n {4}\d+ unchanged\n/);
      return;
    }
    expect(changed.out).toMatch(/Resources:\n {4}~ 1 updated\n {4}\d+ unchanged\n/);
    const search = async (word: string): Promise<number> =>
      (await ada.ask(`/api/jobs/search?q=${word}`)).status;
    // What the gateway saw before counts too: a sliding window looks back.
    expect(await search("unheard-of")).toBe(503);
    // What was embedded before needs no model.
    expect(await search("parsers%20for%20compilers")).toBe(200);
    expect((await up(stage)).code).toBe(0);
  });

  if (stage === "prod")
    test("is not taken down, and says why", async () => {
      const destroyed = await project.just(["pulumi-destroy", "prod", "--yes", "prod"]);
      expect(destroyed.code).not.toBe(0);
      expect(destroyed.out).toContain("Destroying prod is blocked");
      expect((await ada.ask("/api/me")).status).toBe(200);
    });
  else
    test("is taken down and leaves nothing", async () => {
      const full = await project.just([`pulumi-destroy`, stage, "--yes"]);
      expect(full.code).not.toBe(0);
      expect(full.out).toContain("--empty-buckets");
      const destroyed = await project.just(["pulumi-destroy", stage, "--empty-buckets", "--yes"]);
      expect(destroyed.code, destroyed.out).toBe(0);
      const lists = [
        "/d1/database",
        "/storage/kv/namespaces",
        "/vectorize/v2/indexes",
        "/ai-gateway/gateways",
        "/workers/scripts",
        "/r2/buckets",
      ];
      for (const path of lists) {
        const left = JSON.stringify(await project.api(stage, "GET", path));
        expect(left, path).not.toContain(`-${stage}`);
      }
    });
});

test("a gateway that was there before the stack is taken over, and has the declared settings then", async () => {
  const gateway = z.object({ id: z.string(), cache_ttl: z.number(), created_at: z.string() });
  const before = gateway.parse(
    await project.api("dev", "POST", "/ai-gateway/gateways", {
      id: "jobmatch-ai-gateway-dev",
      cache_invalidate_on_update: false,
      cache_ttl: 60,
      collect_logs: false,
      rate_limiting_interval: 0,
      rate_limiting_limit: 0,
    }),
  );
  const taken = await up("dev");
  expect(taken.code, taken.out).toBe(0);
  expect(taken.out).toMatch(/jobmatch-ai-gateway-dev imported/);
  expect(gateway.parse(await project.api("dev", "GET", `/ai-gateway/gateways/${before.id}`))).toEqual({
    ...before,
    cache_ttl: 3600,
  });
  expect((await up("dev")).out).toMatch(/Resources:\n {4}\d+ unchanged\n/);
});
