import { resolve } from "node:path";
import { z } from "zod";
import { UserError } from "../userError.ts";
import { apply, ledger } from "./apply.ts";
import { connection } from "./connection.ts";
import type { D1Endpoint } from "./http.ts";
import { readFolder } from "./reading.ts";
import { fileLine } from "./summary.ts";

const inputs = z.object({
  accountId: z.string(),
  databaseId: z.string(),
  directory: z.string(),
  phase: z.enum(["expand", "contract"]),
  files: z.record(z.string(), z.string()).default({}),
});
type Inputs = z.infer<typeof inputs>;

interface Failure {
  readonly property: string;
  readonly reason: string;
}

/**
 * The dynamic provider behind the resource `Migrations`. It is loaded at run time by the resource's constant text, so
 * nothing of it is in anybody's state. Only files and their checksums are inputs: what a database looks like is not.
 */
export const provider = {
  async check(_olds: unknown, news: unknown): Promise<{ inputs: unknown; failures: Failure[] }> {
    const given = inputs.parse(news);
    try {
      return { inputs: { ...record(news), files: filesOf(given) }, failures: [] };
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      return { inputs: news, failures: [{ property: "directory", reason: error.message }] };
    }
  },

  async diff(_id: string, olds: unknown, news: unknown): Promise<{ changes: boolean; replaces: string[] }> {
    const before = inputs.parse(olds);
    const after = inputs.parse(news);
    const moved = before.databaseId !== after.databaseId || before.accountId !== after.accountId;
    const changed = JSON.stringify(sorted(before.files)) !== JSON.stringify(sorted(after.files));
    return { changes: moved || changed, replaces: moved ? ["databaseId"] : [] };
  },

  async create(news: unknown): Promise<{ id: string; outs: unknown }> {
    const given = inputs.parse(news);
    return { id: `${given.databaseId}/${given.phase}`, outs: await run(given, news) };
  },

  async update(_id: string, _olds: unknown, news: unknown): Promise<{ outs: unknown }> {
    return { outs: await run(inputs.parse(news), news) };
  },

  async read(id: string, props: unknown): Promise<{ id: string; props: unknown }> {
    const given = inputs.parse(props);
    return { id, props: { ...record(props), ...outputs(await ledger(endpoint(given))) } };
  },

  /** A database outlives the resource that migrates it: nothing is undone. */
  async delete(): Promise<void> {},
};

async function run(given: Inputs, news: unknown): Promise<unknown> {
  const done = await apply(endpoint(given), resolve(given.directory));
  return { ...record(news), ...outputs(done.ledger) };
}

const outputs = (applied: readonly string[]) => ({ applied: applied.length, lastFile: applied.at(-1) ?? "" });

const endpoint = (given: Inputs): D1Endpoint => ({
  ...connection(process.env, process.cwd()),
  accountId: given.accountId,
  databaseId: given.databaseId,
});

/** File name → checksum and what it does, in one line: this is what a preview shows. */
function filesOf(given: Inputs): Record<string, string> {
  const files = readFolder(resolve(given.directory)).filter((file) => file.phase === given.phase);
  return Object.fromEntries(files.map((file) => [file.name, fileLine(file)]));
}

const sorted = (files: Readonly<Record<string, string>>): readonly (readonly [string, string])[] =>
  Object.entries(files).sort(([a], [b]) => (a < b ? -1 : 1));

const record = (value: unknown): Record<string, unknown> => z.record(z.string(), z.unknown()).parse(value);
