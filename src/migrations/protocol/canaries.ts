import { type Outcome, read } from "../../cloudflare/http.ts";
import { UserError } from "../../diagnostic/user-error.ts";
import { attempts, type Database, rows, unanswered } from "../database/database.ts";
import { type D1Endpoint, request } from "../database/endpoint.ts";
import { assertion, failedAssertion, literal } from "../sql/literals.ts";

/** What the protocol rests on, seen to hold on this very database. */
export interface Canaries {
  /** A failing second statement takes the first one back. */
  readonly atomic: boolean;
  /** So in the `{batch: […]}` form of a request. */
  readonly batchAtomic: boolean;
  /** A failed assertion answers with our text. */
  readonly assertions: boolean;
  readonly foreignKeys: boolean;
  /** The HTTP API answers from the primary; undefined where it does not say. */
  readonly primary: boolean | undefined;
}

/** Grows when a canary is added: each database proves each version once. */
const canaryVersion = "canaries/1";
const text = "the canary sings";

/**
 * Proves what the protocol assumes, once per database and version, and remembers it in the database.
 * Throws when something it needs does not hold: then no migration is run at all.
 */
export async function proveCanaries(database: Database, endpoint: D1Endpoint): Promise<Canaries> {
  const [known] = await rows(database, [`SELECT v FROM "_mig_meta" WHERE k = ${literal(canaryVersion)}`]);
  if (known?.length === 1)
    return { atomic: true, batchAtomic: true, assertions: true, foreignKeys: true, primary: undefined };
  const doomed = [`CREATE TABLE "_mig_canary"(a)`, `INSERT INTO "_mig_missing" VALUES (1)`];
  // They leave nothing, so they may be asked again: an answer that did not come says nothing about the database.
  const settled = async <T>(ask: () => Promise<Outcome<T>>) => {
    const outcome = await read(ask, attempts, database.sleep);
    if (outcome.kind === "unknown") throw unanswered(database, outcome);
    return outcome;
  };
  const failed = await settled(() => database.run(doomed));
  const batchFailed = await settled(() =>
    request(endpoint, "POST", "/query", { batch: doomed.map((sql) => ({ sql })) }),
  );
  const sung = await settled(() => database.run([assertion("0", text)]));
  const [left, pragma] = await rows(database, [
    `SELECT count(*) AS n FROM sqlite_schema WHERE name = '_mig_canary'`,
    "PRAGMA foreign_keys",
  ]);
  const probe = await settled(() => database.run(["SELECT 1"]));
  const clean = left?.[0]?.["n"] === 0;
  const found: Canaries = {
    atomic: failed.kind === "refused" && clean,
    batchAtomic: batchFailed.kind === "refused" && clean,
    assertions: sung.kind === "refused" && failedAssertion(sung.message) === text,
    foreignKeys: pragma?.[0]?.["foreign_keys"] === 1,
    primary: probe.kind === "done" ? primary(probe.value[0]?.meta["served_by_primary"]) : undefined,
  };
  const broken = Object.entries(found).flatMap(([name, holds]) => (holds === false ? [name] : []));
  if (broken.length > 0)
    throw new UserError({
      what: "This database does not keep what safe migrations rest on",
      where: database.label,
      got: `${broken.join(", ")} did not hold`,
      expected:
        "requests of several statements to be one transaction, with assertions and foreign keys, on the primary",
      fix: "do not migrate it with Lockstep; report the database's engine version together with this message",
    });
  await rows(database, [
    `INSERT OR REPLACE INTO "_mig_meta"(k, v) VALUES (${literal(canaryVersion)}, ${literal(JSON.stringify(found))})`,
  ]);
  return found;
}

const primary = (value: unknown): boolean | undefined => (typeof value === "boolean" ? value : undefined);
