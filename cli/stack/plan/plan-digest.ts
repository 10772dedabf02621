import { z } from "zod";

const state = z.looseObject({ inputs: z.record(z.string(), z.unknown()).nullish() });
const step = z.looseObject({
  op: z.string(),
  urn: z.string(),
  oldState: state.nullish(),
  newState: state.nullish(),
  detailedDiff: z.record(z.string(), z.unknown()).nullish(),
});

/** What `pulumi preview --json` says. Secrets in it are `[secret]`, and bindings are one as a whole: what the program says of variables is among the diagnostics. */
export const planDigest = z.looseObject({
  steps: z.array(step).nullish(),
  diagnostics: z
    .array(z.looseObject({ message: z.string().nullish(), severity: z.string().nullish() }))
    .nullish(),
  changeSummary: z.record(z.string(), z.number()).nullish(),
});
export type PlanDigest = z.infer<typeof planDigest>;

/** What becomes of one resource; a replacement is several steps of the engine. */
export interface PlannedChange {
  readonly type: string;
  /** `dome/dome-api` */
  readonly name: string;
  readonly ops: readonly string[];
  readonly before: Readonly<Record<string, unknown>>;
  readonly after: Readonly<Record<string, unknown>>;
  /** Paths that differ, as the provider says: `bindings[3].text`. */
  readonly paths: readonly string[];
}

/** The steps of each resource together; what stays as it is left out. */
export function changesOf({ steps }: PlanDigest): readonly PlannedChange[] {
  const byUrn = Map.groupBy(steps ?? [], ({ urn }) => urn);
  return [...byUrn]
    .map(([urn, own]) => {
      const [, , types = "", name = ""] = urn.split("::");
      return {
        type: types.split("$").at(-1) ?? "",
        name,
        ops: own.map(({ op }) => op),
        before: own.find(({ oldState }) => oldState?.inputs)?.oldState?.inputs ?? {},
        // A refresh comes before the change, and says what it found.
        after: own.findLast(({ newState }) => newState?.inputs)?.newState?.inputs ?? {},
        paths: own.flatMap(({ detailedDiff }) => Object.keys(detailedDiff ?? {})),
      };
    })
    .filter(({ ops }) => ops.some((op) => op !== "same" && op !== "read"));
}
