import { z } from "zod";
import { command, sentence } from "../../../src/diagnostic/sentence.ts";
import type { Stage } from "../../../src/project/stage.ts";
import type { Finding } from "../../../src/reality/finding.ts";
import { stateResource } from "../../../src/reality/state.ts";
import { pulumiText, type Run } from "../engine/pulumi.ts";

const side = z.object({ outputs: z.record(z.string(), z.unknown()).optional() }).nullish();
const refreshed = z.object({
  steps: z.array(
    z.object({
      op: z.string(),
      urn: z.string(),
      oldState: side,
      newState: side,
      detailedDiff: z.record(z.string(), z.unknown()).nullish(),
    }),
  ),
});

/** What a finding of ours says already, by the type that the engine would say it of. */
const aspects: Readonly<Record<string, readonly Finding["aspect"][]>> = {
  "cloudflare:index/worker:Worker": ["worker", "settings"],
  "cloudflare:index/queueConsumer:QueueConsumer": ["consumer"],
  "cloudflare:index/workersRoute:WorkersRoute": ["route"],
  "cloudflare:index/workersCustomDomain:WorkersCustomDomain": ["domain"],
};

/** What the engine's own comparison finds: the properties of every resource, as far as its provider reads them. Changes nothing. */
export async function engineFindings(
  stage: Stage,
  run: Run,
  rest: readonly string[],
  known: readonly Finding[],
): Promise<readonly Finding[]> {
  const args = ["refresh", "--preview-only", "--json", "--non-interactive", "--stack", stage.name, ...rest];
  const { steps } = refreshed.parse(JSON.parse(await pulumiText(args, run)));
  const gone = known.filter(({ aspect }) => aspect === "store" || aspect === "worker");
  return steps.flatMap(({ op, urn, oldState, newState, detailedDiff }): Finding[] => {
    if (op !== "update" && op !== "delete") return [];
    const { type, name } = stateResource(urn, {});
    const isSaid = known.some(
      ({ resource, aspect }) => resource === name && aspects[type]?.includes(aspect) === true,
    );
    const isPartOfGone =
      op === "delete" && gone.some(({ resource }) => name === resource || name.startsWith(`${resource}/`));
    const isSchema = known.some(
      ({ resource, aspect }) => aspect === "schema" && name.startsWith(`${resource}/`),
    );
    if (isSaid || isPartOfGone || isSchema) return [];
    const common = { resource: name, aspect: "property", expected: "what is declared", urn } as const;
    const kind = type.split(":").at(-1) ?? type;
    if (op === "delete")
      return [
        {
          ...common,
          what: `${kind} is gone`,
          found: "nothing",
          differences: [],
          putBack: "refresh",
          fix: sentence`${command("up")} --refresh makes it again`,
        },
      ];
    return [
      {
        ...common,
        what: `${kind} is set otherwise than the stack's`,
        found: "other properties",
        differences: Object.keys(detailedDiff ?? {}).map(
          (path) => `${path}: ${at(oldState?.outputs, path)} → ${at(newState?.outputs, path)}`,
        ),
        putBack: "refresh",
        fix: sentence`${command("up")} --refresh puts it back; to keep it, declare it`,
      },
    ];
  });
}

/** A value by the engine's path to it: `settings.deliveryDelay`, `rules[0].id`. */
function at(outputs: unknown, path: string): string {
  const value = [...path.matchAll(/[^.[\]"]+/g)].reduce<unknown>((of, [part]) => {
    const inside = z.record(z.string(), z.unknown()).or(z.array(z.unknown())).safeParse(of);
    if (!inside.success) return undefined;
    return Array.isArray(inside.data) ? inside.data[Number(part)] : inside.data[part];
  }, outputs);
  return value === undefined ? "nothing" : JSON.stringify(value);
}
