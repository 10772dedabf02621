import type { Connection } from "../../../cloudflare/connection.ts";
import { knowsVersions } from "../../../declare/gates/sources.ts";
import type { MetricSource } from "../../../declare/index.ts";
import type { Read, Readings } from "../../gates/reading.ts";
import { count } from "../../gates/words.ts";
import type { Window } from "../window.ts";
import type { Asked } from "./asked.ts";
import { readGraphql } from "./graphql.ts";
import { readSql } from "./sql.ts";
import { readTelemetry } from "./telemetry.ts";
import { readUrl, type UrlPlace } from "./url.ts";

/** Where a stage's metrics are. */
export interface SourcePlace extends UrlPlace {
  readonly api: Connection;
  readonly accountId: string;
  /** Id of a D1 of the system, by its name. Throws UserError where the stage has none. */
  readonly databaseId: (name: string) => Promise<string>;
}

/**
 * Asks a source about the new version, and about the stable one where the window has one and the source tells versions apart.
 * Throws where it does not answer, or answers what cannot be read.
 */
export function readSource(source: MetricSource, window: Window, place: SourcePlace): Promise<Readings> {
  const { api, accountId } = place;
  switch (source.kind) {
    case "telemetry":
      return readTelemetry(api, accountId, source, window);
    case "graphql":
      return eachVersion(source, window, async (asked) => ({
        read: await readGraphql(api, accountId, source, asked),
      }));
    case "url":
      return eachVersion(source, window, async (asked) => ({ read: await readUrl(source, asked, place) }));
    case "sql":
      return eachVersion(source, window, async (asked) => {
        const id = encodeURIComponent(await place.databaseId(source.database));
        return readSql(api, `/accounts/${accountId}/d1/database/${id}`, source, asked);
      });
    default:
      return source satisfies never;
  }
}

interface Answered {
  readonly read: Read;
  readonly rowsRead?: number;
}

async function eachVersion(
  source: MetricSource,
  { script, fresh, stable, fromMs, toMs }: Window,
  ask: (asked: Asked) => Promise<Answered>,
): Promise<Readings> {
  const versions = stable === undefined || !knowsVersions(source) ? [fresh] : [fresh, stable];
  const [mine, theirs] = await Promise.all(versions.map((version) => ask({ script, version, fromMs, toMs })));
  if (mine === undefined) throw new Error("the new version is always asked about");
  const rows = (mine.rowsRead ?? 0) + (theirs?.rowsRead ?? 0);
  return {
    fresh: mine.read,
    stable: theirs?.read,
    unattributed: 0,
    cost: mine.rowsRead === undefined ? undefined : `${count(rows)} rows read`,
  };
}
