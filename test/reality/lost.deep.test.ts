import { afterAll, beforeAll, expect, test } from "vitest";
import { z } from "zod";
import type { Clone } from "../clone.ts";
import { refused, succeeding } from "../ran.ts";
import { shopClone } from "./shop.ts";

/** A stack whose stores somebody deletes in the dashboard. */
let project: Clone;
beforeAll(async () => {
  project = await shopClone();
  await succeeding(project.just(["pulumi-up", "dev", "--yes", "--skip-preview"]));
});
afterAll(() => project.remove());

const up = (...more: string[]) =>
  project.pulumi(["up", "--yes", "--skip-preview", "--stack", "dev", ...more]);
const refresh = () => project.pulumi(["refresh", "--yes", "--skip-preview", "--stack", "dev"]);

const stores = z.record(z.string(), z.object({ id: z.string() }));
const idOf = async (name: string): Promise<string> =>
  stores.parse(
    z.object({ stores }).parse(JSON.parse(await succeeding(project.just(["outputs", "dev", "--json"]))))
      .stores,
  )[name]?.id ?? "";

/** What the refusal says to type for a resource, as words of `just`. */
function forgetting(said: string, resource: string): readonly string[] {
  const typed = new RegExp(`just (forget dev ${resource} --reason "why")`).exec(said)?.[1] ?? "";
  return [...typed.replaceAll('"', "").split(" "), "--yes"];
}

test("what is gone is never made again empty, neither by up --refresh nor by a refresh before it; each is named by its id", async () => {
  const database = await idOf("shop/orders");
  await project.api("dev", "DELETE", `/d1/database/${database}`);
  await project.api("dev", "DELETE", "/vectorize/v2/indexes/found-dev");
  // One up alone has been there: what it put out is all that tells the ids.
  const first = await refused(up("--refresh"));
  expect(first).toContain("Database shop/orders is gone, and an up would put an empty one in its place");
  expect(first).toMatch(new RegExp(`expected: database ${database}, which this stack has`));
  expect(first).toContain("Vectorize index found-dev");
  await succeeding(refresh());
  const again = await refused(up());
  expect(again).toContain(database);
  expect(await refused(project.just(["forget", "dev", "shop/orders", "--yes"]))).toContain("needs a reason");
  expect(await refused(project.just(["forget", "dev", "shop/files", "--reason", "why", "--yes"]))).toContain(
    "Nothing of shop/files is gone",
  );
  const seen = await succeeding(project.just(["status", "dev"]));
  expect(seen).toContain("shop/orders: The database is gone");
  expect(seen).toContain("otherwise than the stack left it: just drift dev");
  const drift = await project.just(["drift", "dev"]);
  expect(drift.code).toBe(2);
  expect(drift.out).toContain("just restore dev");
  await succeeding(project.just(forgetting(again, "shop/orders")));
  // The other one is refused as before.
  expect(await refused(up())).not.toContain("Database shop/orders is gone");
  await succeeding(project.just(forgetting(again, "shop/found")));
  await succeeding(up());
  expect(await idOf("shop/orders")).not.toBe(database);
  expect(await succeeding(project.pulumi(["config", "--json", "--stack", "dev"]))).toMatch(
    /d1 shop\/orders[\s\S]*reason[\s\S]*why/,
  );
  await succeeding(project.pulumi(["preview", "--expect-no-changes", "--stack", "dev"]));
});

test("what was given up once is missed again when its successor goes", async () => {
  await succeeding(up());
  await project.api("dev", "DELETE", `/d1/database/${await idOf("shop/orders")}`);
  expect(await refused(up("--refresh"))).toContain("Database shop/orders is gone");
  const made = z
    .object({ uuid: z.string() })
    .parse(await project.api("dev", "POST", "/d1/database", { name: "orders-dev" }));
  // The other way on: another database is taken over, once the lost one was given up.
  await succeeding(project.just(forgetting(await refused(up()), "shop/orders")));
  project.edit("project.ts", (text) =>
    text.replace('d1("orders", {', `d1("orders", { adopt: { dev: "${made.uuid}" },`),
  );
  await succeeding(up());
  expect(await idOf("shop/orders")).toBe(made.uuid);
});

test("a bucket that was made again by hand is another one, and a refresh does not bless it", async () => {
  await succeeding(up());
  await project.api("dev", "DELETE", "/r2/buckets/files-dev");
  const later = await refused(up("--refresh"));
  expect(later).toContain("Bucket shop/files is gone");
  await succeeding(project.just(forgetting(later, "shop/files")));
  await succeeding(up());
});

test("a worker with Durable Objects is not made again without them", async () => {
  const [queue] = z
    .array(z.object({ queue_id: z.string() }))
    .parse(await project.api("dev", "GET", "/queues"));
  const consumers = `/queues/${queue?.queue_id}/consumers`;
  const [consumer] = z
    .array(z.object({ consumer_id: z.string() }))
    .parse(await project.api("dev", "GET", consumers));
  await project.api("dev", "DELETE", `${consumers}/${consumer?.consumer_id}`);
  await project.api("dev", "DELETE", "/workers/scripts/api-dev?force=true");
  const said = await refused(up("--refresh"));
  expect(said).toContain("Worker with Durable Objects shop/api is gone");
  await succeeding(project.just(forgetting(said, "shop/api")));
  await succeeding(up());
  expect((await project.visit("api-dev.dev.localhost", "/")).text).toBe("made by up");
  await succeeding(project.pulumi(["preview", "--expect-no-changes", "--stack", "dev"]));
});
