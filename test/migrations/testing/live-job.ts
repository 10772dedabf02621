import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll } from "vitest";
import { logInternalErrors } from "../../../embedded/internal-errors.ts";
import { type Embedded, startEmbedded } from "../../../embedded/start.ts";
import { type MigrateOptions, migrate } from "../../../src/migrations/apply/migrate.ts";
import { writeChain } from "../../../src/migrations/files/chain.ts";
import { readFolder } from "../../../src/migrations/files/reading.ts";
import type { Job } from "../../../src/migrations/plan/job.ts";
import type { Applied } from "../../../src/migrations/protocol/apply.ts";

/** A database of an embedded Cloudflare, and a folder of migrations for it. */
export interface LiveJob {
  readonly job: Job;
  readonly write: (name: string, sql: string) => void;
  /** `opened`: the same job with its contract files opened. */
  readonly migrate: (options?: Partial<MigrateOptions>, opened?: Job) => Promise<readonly Applied[]>;
  readonly remove: () => void;
}

export async function liveJob(embedded: Embedded, name: string): Promise<LiveJob> {
  const [account] = embedded.accounts;
  if (account === undefined) throw new Error("the embedded Cloudflare has no account");
  const response = await fetch(`${embedded.api}/accounts/${account.id}/d1/database`, {
    method: "POST",
    headers: { authorization: `Bearer ${embedded.token}`, "content-type": "application/json" },
    body: JSON.stringify({ name }),
  });
  const { result } = JSON.parse(await response.text());
  const directory = mkdtempSync(join(tmpdir(), "migrations-"));
  const job: Job = {
    label: `test/${name}`,
    folder: "migrations",
    directory,
    opened: undefined,
    connection: {
      baseUrl: embedded.api,
      token: embedded.token,
      front: embedded.front,
      accountNames: { [account.id]: account.name },
    },
    accountId: account.id,
    databaseId: String(result.uuid),
  };
  return {
    job,
    write: (file, sql) => {
      writeFileSync(join(directory, file), sql);
      writeChain(directory, readFolder(directory));
    },
    migrate: (options = {}, opened = job) =>
      migrate(opened, {
        phase: "expand",
        stage: "dev",
        agreed: new Map(readFolder(directory).map((file) => [file.name, file.checksum])),
        ...options,
      }),
    remove: () => rmSync(directory, { recursive: true, force: true }),
  };
}

/** An embedded Cloudflare for the tests of one file, and databases with folders on it: all removed when they are done. */
export async function liveJobs(): Promise<{
  readonly embedded: Embedded;
  readonly fresh: (name: string) => Promise<LiveJob>;
}> {
  const embedded = await startEmbedded({ log: logInternalErrors });
  const made: LiveJob[] = [];
  afterAll(async () => {
    for (const each of made) each.remove();
    await embedded.close();
  });
  return {
    embedded,
    async fresh(name) {
      const live = await liveJob(embedded, name);
      made.push(live);
      return live;
    },
  };
}
