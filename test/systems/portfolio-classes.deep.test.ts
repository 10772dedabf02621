import { afterAll, beforeAll, expect, test } from "vitest";
import { z } from "zod";
import { type Clone, clone } from "../clone.ts";

/**
 * The class of portfolio is renamed, moved to another worker and deleted, each by its declaration alone. What an object has
 * kept tells whether it is the same one. Real engine, one stage with a bucket of its own; each test after the one before.
 */
let project: Clone;
beforeAll(async () => {
  project = await clone({ systems: ["portfolio"] });
  declare("  shared: true,\n", "");
  const processor = "workers/portfolio/document-processor";
  // Counts its visits, for whoever asks the worker.
  replace(
    `${processor}/document-processor.ts`,
    "  process(key",
    `  async visit(): Promise<number> {
    const visits = ((await this.ctx.storage.get<number>("visits")) ?? 0) + 1;
    await this.ctx.storage.put("visits", visits);
    return visits;
  }
  process(key`,
  );
  replace(
    `${processor}/index.ts`,
    /fetch: .*/,
    'fetch: async (_request, env) => new Response(String(await env.DOCUMENT_PROCESSOR.getByName("one").visit())),',
  );
  declare(`document-processor/index.ts",\n  workersDev: false,`, 'document-processor/index.ts",');
});
afterAll(() => project.remove());

/** Replaces a text that is there. */
const replace = (path: string, before: string | RegExp, after: string): void =>
  project.edit(path, (text) => {
    const changed = text.replaceAll(
      new RegExp(before instanceof RegExp ? before : escaped(before), "g"),
      () => after,
    );
    expect(changed, String(before)).not.toBe(text);
    return changed;
  });
const escaped = (text: string): string => text.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&");
const declare = (before: string | RegExp, after: string): void =>
  replace("src/systems/portfolio.ts", before, after);

async function applies(): Promise<void> {
  const { code, out } = await project.pulumi(["up", "--yes", "--skip-preview", "--stack", "staging"]);
  expect(code, out).toBe(0);
  const again = await project.pulumi(["preview", "--expect-no-changes", "--stack", "staging"]);
  expect(again.code, again.out).toBe(0);
}
const visits = async (): Promise<string> =>
  (await project.visit("portfolio-document-processor-staging.prod.localhost", "/")).text;
const namespaces = async () =>
  z
    .array(z.object({ id: z.string(), script: z.string(), class: z.string() }))
    .parse(await project.api("staging", "GET", "/workers/durable_objects/namespaces"));
let id = "";

test("created, it has a namespace", async () => {
  await applies();
  expect(await visits()).toBe("1");
  const found = await namespaces();
  expect(found).toMatchObject([
    { script: "portfolio-document-processor-staging", class: "DocumentProcessor" },
  ]);
  id = found[0]?.id ?? "";
});

test("just left out under its old name it is refused; renamed, it keeps its objects", async () => {
  replace(
    "workers/portfolio/document-processor/document-processor.ts",
    "class DocumentProcessor",
    "class Processing",
  );
  replace(
    "workers/portfolio/document-processor/index.ts",
    "export { DocumentProcessor }",
    "export { Processing }",
  );
  declare('durableObject<Processor>("DocumentProcessor")', 'durableObject<Processor>("Processing")');
  declare("{ DocumentProcessor: {} }", "{ Processing: {} }");
  const lost = await project.pulumi(["preview", "--stack", "staging"]);
  expect(lost.code).not.toBe(0);
  expect(lost.out).toContain("Durable Object class DocumentProcessor is gone from the declaration");
  declare(
    "{ Processing: {} }",
    '{ Processing: {}, DocumentProcessor: { lifecycle: { state: "renamed", renamedTo: "Processing" } } }',
  );
  await applies();
  expect(await visits()).toBe("2");
  expect(await namespaces()).toMatchObject([{ id, class: "Processing" }]);
});

test("moved to another worker in two ups, it keeps its objects", async () => {
  // What became of the old name has been said and done.
  declare(/, DocumentProcessor: \{ lifecycle: .*? \} \}/, "");
  replace(
    "workers/portfolio/r2-reconciliation/index.ts",
    "export default",
    'export { Processing } from "../document-processor/document-processor.ts";\nexport default',
  );
  declare(
    'crons: ["17 * * * *"],',
    'crons: ["17 * * * *"],\n  durableObjects: { Processing: { lifecycle: { state: "expecting-transfer", transferFrom: () => documentProcessor } } },',
  );
  declare(
    "DB: sql, DOCUMENTS_BUCKET: documents, PROCESSING_QUEUE",
    "AI: ai(), VECTORIZE: embeddings, DB: sql, DOCUMENTS_BUCKET: documents, PROCESSING_QUEUE",
  );
  await applies();
  expect(await visits()).toBe("3");
  declare(
    'durableObject<Processor>("Processing")',
    'durableObject<Processor>("Processing", () => r2Reconciliation)',
  );
  declare(
    "{ Processing: {} }",
    '{ Processing: { lifecycle: { state: "transferred", transferredTo: () => r2Reconciliation } } }',
  );
  await applies();
  expect(await visits()).toBe("4");
  expect(await namespaces()).toMatchObject([{ id, script: "portfolio-r2-reconciliation-staging" }]);
});

test("deleted, when nobody binds it any more, it and its objects are gone, and its worker is not", async () => {
  declare(/ *DOCUMENT_PROCESSOR: .*\n/, "");
  declare(/ *durableObjects: \{ Processing: .*transferred.*\n/, "");
  replace("workers/portfolio/document-processor/index.ts", /export \{ Processing \}.*\n/, "");
  // The move is over: the worker has the class like any other.
  declare(/durableObjects: \{ Processing: .*transferFrom.*\n/, "durableObjects: { Processing: {} },\n");
  await applies();
  expect(await namespaces()).toMatchObject([{ id }]);
  declare("{ Processing: {} }", '{ Processing: { lifecycle: { state: "deleted" } } }');
  replace("workers/portfolio/r2-reconciliation/index.ts", /export \{ Processing \}.*\n/, "");
  await applies();
  expect(await namespaces()).toEqual([]);
});
