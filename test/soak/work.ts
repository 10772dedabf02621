// A backup or a restore in a process of its own, so that it can be killed. Its argument is a Work, as JSON.
import { z } from "zod";
import { databaseFor, endpointOf, sizeOf } from "../../src/backup/databases.ts";
import { restoreAndCompare } from "../../src/backup/prove.ts";
import { readHead } from "../../src/backup/store/head.ts";
import { openBackup } from "../../src/backup/store/open.ts";
import { takeBackup } from "../../src/backup/take.ts";
import { queryDatabase } from "../../src/migrations/database/transports.ts";

const account = z.object({
  connection: z.object({ baseUrl: z.string(), token: z.string() }),
  accountId: z.string(),
});
const work = z.discriminatedUnion("kind", [
  z.object({
    kind: z.literal("backup"),
    account,
    id: z.string(),
    folder: z.string(),
    recipient: z.string(),
    /** As of a large database: in pages. */
    inPages: z.boolean(),
  }),
  z.object({
    kind: z.literal("restore"),
    account,
    /** Of the backup. */
    folder: z.string(),
    identity: z.string(),
    into: z.string(),
  }),
]);
export type Work = z.infer<typeof work>;

async function done(given: Work): Promise<void> {
  switch (given.kind) {
    case "backup": {
      const { account: at, id, folder, recipient, inPages } = given;
      const source = {
        key: "bank/money",
        id,
        physicalName: "money",
        sizeBytes: inPages ? 1e9 : await sizeOf(at, id),
        database: queryDatabase(endpointOf(at, id), "bank/money"),
      };
      await takeBackup([source], {
        folder,
        stage: "prod",
        target: "embedded",
        accountId: at.accountId,
        recipients: [recipient],
        tool: "soak",
        versions: {},
        notInBackup: [],
        say: () => {},
      });
      return;
    }
    case "restore": {
      const { account: at, folder, identity, into } = given;
      const backup = await openBackup(readHead(folder), identity);
      for (const entry of backup.manifest.databases) {
        const made = await databaseFor(at, into, into);
        const { differences } = await restoreAndCompare(backup, entry, made, { mayBeDone: true });
        if (entry.consistency !== "spread" && differences.length > 0) throw new Error(differences.join("; "));
      }
      return;
    }
    default:
      given satisfies never;
  }
}

if (process.argv[1] === import.meta.filename) await done(work.parse(JSON.parse(process.argv[2] ?? "")));
