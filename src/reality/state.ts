import { z } from "zod";

/** A resource as the stack's state has it: what Cloudflare said when the stack last touched it. */
export interface StateResource {
  readonly urn: string;
  /** Pulumi's type. */
  readonly type: string;
  /** Its logical name, `<system>/<name>` for what is declared. */
  readonly name: string;
  readonly outputs: Readonly<Record<string, unknown>>;
}

/** What a resource put out, by its type and logical name; undefined where the state has none. */
export const outputsOf = (state: readonly StateResource[], type: string, name: string): unknown =>
  state.find((each) => each.type === type && each.name === name)?.outputs;

/** A resource of an exported state, which says more than the engine tells a program. */
export interface ExportedResource extends StateResource {
  readonly inputs: Readonly<Record<string, unknown>>;
  /** Whether the engine refuses to delete it. */
  readonly protect: boolean;
}

const exported = z.object({
  deployment: z.object({
    resources: z
      .array(
        z.object({
          urn: z.string(),
          delete: z.boolean().optional(),
          protect: z.boolean().default(false),
          inputs: z.record(z.string(), z.unknown()).optional(),
          outputs: z.record(z.string(), z.unknown()).optional(),
        }),
      )
      .nullish(),
  }),
});

/** A resource by its URN, `urn:pulumi:<stack>::<project>::<types of its parents>$<type>::<name>`. */
export function stateResource(urn: string, outputs: Readonly<Record<string, unknown>>): StateResource {
  const [, , types = "", ...name] = urn.split("::");
  return { type: types.split("$").at(-1) ?? "", name: name.join("::"), urn, outputs };
}

/** What `pulumi stack export` printed. Secrets of it stay sealed: nothing that is compared is one. */
export function exportedState(text: string): readonly ExportedResource[] {
  return (exported.parse(JSON.parse(text)).deployment.resources ?? [])
    .filter((each) => each.delete !== true)
    .map(({ urn, inputs = {}, outputs = {}, protect }) => ({
      ...stateResource(urn, outputs),
      inputs,
      protect,
    }));
}
