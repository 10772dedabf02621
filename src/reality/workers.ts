import { z } from "zod";
import { command, sentence } from "../diagnostic/sentence.ts";
import { type Asked, ask } from "./ask.ts";
import { asState, differing } from "./differing.ts";
import type { Finding } from "./finding.ts";
import type { StateResource } from "./state.ts";

const recorded = z.looseObject({ id: z.string(), name: z.string() });
export type RecordedWorker = z.infer<typeof recorded> & { readonly resource: string };

/** The workers that a stack has. */
export const workersIn = (state: readonly StateResource[]): readonly RecordedWorker[] =>
  state
    .filter(({ type }) => type === "cloudflare:index/worker:Worker")
    .map(({ name, outputs }) => ({ ...recorded.parse(outputs), resource: name }));

/** What of a worker is no part of a version, and so is changed without a deployment. */
const settings = ["logpush", "observability", "tags", "tailConsumers"] as const;

const live = z.looseObject({ subdomain: z.looseObject({}).nullish() });

/** A worker whose settings were changed by hand, or that is there no more. */
export async function workerFindings(asked: Asked, worker: RecordedWorker): Promise<readonly Finding[]> {
  const found = await ask(asked, `workers/workers/${worker.id}`, "Workers Metadata Read-Only");
  if (found === undefined)
    return [
      {
        resource: worker.resource,
        aspect: "worker",
        what: "The worker is gone",
        expected: `worker ${worker.name} (${worker.id})`,
        found: "nothing",
        differences: [],
        putBack: "refresh",
        fix: sentence`${command("up")} makes it again; where it had Durable Objects, it says first what was lost`,
      },
    ];
  const there = live.parse(asState(found));
  const { enabled, previewsEnabled } = z
    .looseObject({ enabled: z.unknown(), previewsEnabled: z.unknown() })
    .parse(worker["subdomain"] ?? {});
  const differences = [
    ...settings.flatMap((name) => differing(worker[name], there[name], name)),
    ...differing({ enabled, previewsEnabled }, there.subdomain ?? {}, "subdomain"),
  ];
  if (differences.length === 0) return [];
  return [
    {
      resource: worker.resource,
      aspect: "settings",
      what: "The worker's settings are others than the stack's",
      expected: "what is declared",
      found: `${differences.length} ${differences.length === 1 ? "setting" : "settings"} of ${worker.name} changed by hand`,
      differences,
      putBack: "refresh",
      fix: sentence`${command("up")} puts them back; to keep them, declare them`,
    },
  ];
}
