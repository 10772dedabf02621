import { afterAll, beforeAll, expect, test } from "vitest";
import type { Clone } from "../../test/clone.ts";
import { succeeding } from "../../test/ran.ts";
import { shopClone } from "../../test/reality/shop.ts";

/** A protected stage whose backups nobody starts: a worker of its own does, into a bucket of another account. */
let project: Clone;
let accountId = "";
let recipient = "";
beforeAll(async () => {
  project = await shopClone();
  accountId = project.embedded.accounts.find(({ name }) => name === "staging")?.id ?? "";
  await project.api("staging", "POST", "/r2/buckets", { name: "vault" });
  [recipient = ""] = /age1[0-9a-z]+/.exec((await project.just(["backup-key", "prod", "prod.key"])).out) ?? [];
});
afterAll(() => project.remove());

test("a stage says that a worker writes its backups, and a drill proves what that has written; a mistyped recipient is refused before", async () => {
  project.edit("project.ts", (text) =>
    text.replace(
      "found, api])",
      'found, api], { backup: { by: "worker", schedule: "0 3 * * *", provenWithinDays: 2 } })',
    ),
  );
  const mistyped = `${recipient.slice(0, -1)}${recipient.endsWith("q") ? "p" : "q"}`;
  project.append("Pulumi.prod.yaml", `  lockstep:backup:\n    recipients: [${mistyped}]\n`);
  const refused = await project.deploy("prod");
  expect(refused.code).not.toBe(0);
  expect(refused.out).toContain("A recipient of the backups is no public key of age");
  expect(refused.out).toContain("the folder backups");
  project.edit("Pulumi.prod.yaml", (text) =>
    text.replace(`[${mistyped}]`, `[${recipient}]\n    to: { bucket: vault, accountId: ${accountId} }`),
  );
  await succeeding(project.deploy("prod"));
  await project.visit("api.prod.localhost", "/");
  const fired = { cron: "0 3 * * *" };
  const ran = await succeeding(project.just(["cron", "lockstep/backup", fired.cron, "--stage", "prod"]));
  expect(ran).toContain("lockstep-backup ran");
  const drilled = await succeeding(project.just(["drill", "prod", "--identity", "prod.key"]));
  expect(drilled).toContain("proven");
  expect(drilled).toContain("not in this backup, since a worker wrote it: the objects of shop/files");
  expect(await succeeding(project.just(["backup-check", "prod"]))).toContain("is proven");
  const status = await succeeding(project.just(["status", "prod"]));
  expect(status).toContain("by a worker at 0 3 * * * (UTC); wrote 2");
  expect(status).toContain("lockstep/backup");
  await succeeding(project.pulumi(["preview", "--expect-no-changes", "--refresh", "--stack", "prod"]));
  // The worker binds what is switched, too: its next backup is of what serves then.
  await succeeding(project.just(["restore", "prod", "--identity", "prod.key", "--yes", "prod"]));
  await project.api("prod", "POST", "/embedded/scripts/lockstep-backup/scheduled", fired);
  const again = await succeeding(project.just(["drill", "prod", "--identity", "prod.key"]));
  expect(again).toContain("proven");
  expect(await succeeding(project.just(["backup-prune", "prod", "--dry-run"]))).toContain("newest");
});
