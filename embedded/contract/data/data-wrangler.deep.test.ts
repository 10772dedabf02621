import { afterAll, beforeAll, expect, test } from "vitest";
import { logInternalErrors } from "../../internal-errors.ts";
import { type Embedded, startEmbedded } from "../../start.ts";
import { deployScript } from "../testing/deploy-script.ts";
import { type Project, wranglerProject } from "../testing/wrangler.ts";

let embedded: Embedded;
let project: Project;

beforeAll(async () => {
  embedded = await startEmbedded({ log: logInternalErrors });
  project = wranglerProject(embedded, embedded.accounts[0]?.id ?? "");
  await deployScript(
    { ...embedded, account: embedded.accounts[0]?.id ?? "" },
    "worker",
    "export default { queue() {} }",
    [],
  );
});
afterAll(async () => {
  expect(project.outside()).toEqual([]);
  project.remove();
  await embedded.close();
});

const wrangler = (line: string, ...more: string[]): Promise<string> =>
  project.succeeds(...line.split(" "), ...more);
const refused = (line: string): Promise<string> => project.fails(...line.split(" "));

test("every vectorize command", async () => {
  await wrangler("vectorize create notes --preset=@cf/baai/bge-small-en-v1.5 --json");
  await wrangler("vectorize create small --dimensions=2 --metric=dot-product");
  const listed = await wrangler("vectorize list");
  expect(listed).toMatch(/notes.*384.*cosine/);
  expect(listed).toMatch(/small.*2.*dot-product/);
  expect(await wrangler("vectorize get small --json")).toContain('"metric": "dot-product"');
  await wrangler("vectorize create-metadata-index small --property-name=n --type=number");
  expect(await wrangler("vectorize list-metadata-index small")).toMatch(/n.*Number/i);
  project.write(
    "v.ndjson",
    Array.from({ length: 7 }, (_, n) =>
      JSON.stringify({ id: `v${n}`, values: [n, 1], metadata: { n } }),
    ).join("\n"),
  );
  expect(await wrangler("vectorize insert small --file=v.ndjson --batch-size=3")).toContain("7 vectors");
  expect(await wrangler("vectorize upsert small --file=v.ndjson --json")).toContain('"count": 7');
  expect(await wrangler("vectorize info small")).toMatch(/2\s*│\s*7\s*│/);
  expect(await wrangler("vectorize list-vectors small --count=3")).toMatch(/v0[\s\S]*v2/);
  expect(await wrangler("vectorize query small --vector-id v3 --top-k 1 --return-values")).toContain(
    '"id": "v6"',
  );
  expect(await wrangler("vectorize query small --vector 1 0 --filter", '{"n":{"$lt":2}}')).toContain(
    '"count": 2',
  );
  expect(await wrangler("vectorize get-vectors small --ids v1 v2")).toMatch(/"v1"[\s\S]*"v2"/);
  expect(await wrangler("vectorize delete-vectors small --ids v1 v2")).toContain("deletion");
  expect(await wrangler("vectorize info small --json")).toContain('"vectorCount": 5');
  await wrangler("vectorize delete-metadata-index small --property-name=n");
  expect(await refused("vectorize insert small --file=none.ndjson")).toContain("none.ndjson");
  await wrangler("vectorize delete small --force");
  expect(await refused("vectorize info small")).toContain("[code: 3000]");
});

test("every queues command", async () => {
  await wrangler("queues create jobs");
  await wrangler("queues create jobs-dlq");
  expect(await refused("queues create Not_Good")).toContain("[code: 11003]");
  expect(await wrangler("queues list")).toMatch(/jobs[\s\S]*jobs-dlq/);
  await wrangler("queues update jobs --delivery-delay-secs=3 --message-retention-period-secs=120");
  expect(await refused("queues consumer add jobs nobody")).toContain("[code: 10007]");
  await wrangler(
    "queues consumer add jobs worker --batch-size=5 --batch-timeout=2 --message-retries=7 --max-concurrency=4 --retry-delay-secs=9 --dead-letter-queue=jobs-dlq",
  );
  expect(await refused("queues consumer add jobs worker")).toContain("[code: 11004]");
  expect(await wrangler("queues info jobs")).toContain("worker:worker");
  await wrangler("queues consumer worker remove jobs worker");
  await wrangler("queues consumer http add jobs --batch-size=3 --visibility-timeout-secs=40");
  expect(await refused("queues consumer add jobs worker")).toContain("[code: 11004]");
  await wrangler("queues consumer http remove jobs");
  await wrangler("queues pause-delivery jobs");
  await wrangler("queues resume-delivery jobs");
  await wrangler("queues purge jobs --force");
  await wrangler("queues delete jobs");
  expect(await refused("queues info jobs")).toContain('Queue "jobs" does not exist');
});

test("wrangler lists the models of Workers AI", async () => {
  expect(await wrangler("ai models list --search=bge-base")).toContain("@cf/baai/bge-base-en-v1.5");
});
