import project from "../project.ts";
import type { System } from "../src/declare/index.ts";
import { imagined, plainSettings, type Registered } from "../src/program/imagined.ts";
import type { Outputs } from "../src/program/outputs.ts";
import type { Settings } from "../src/settings/settings.ts";

const { stages } = project;

export interface Deployed {
  readonly resources: readonly Registered[];
  /** The one resource of a type and name. */
  readonly of: (type: string, name: string) => Registered;
  readonly outputs: Outputs;
}

/** Of {@link settingsFor}. */
export const accountId = "0123456789abcdef0123456789abcdef";

/** Settings of a stage on a real account; parts can be given. */
export function settingsFor(
  systems: readonly System[],
  given: Partial<Settings> & { readonly stageName?: string } = {},
): Settings {
  const stage = stages.find(({ name }) => name === (given.stageName ?? "dev"));
  if (stage === undefined) throw new Error(`no stage ${given.stageName}`);
  return plainSettings({ ...given, stage, stages, systems });
}

/** Runs the program's deployment against no engine at all; what is registered is kept. @param adoptable ids that the account has */
export async function deployed(
  settings: Settings,
  adoptable: ReadonlySet<string> = new Set(),
): Promise<Deployed> {
  const { resources, outputs } = await imagined(settings, adoptable);
  return {
    resources,
    outputs,
    of(type, name) {
      const found = resources.filter((each) => each.type === type && each.name === name);
      const [only] = found;
      if (only === undefined || found.length > 1)
        throw new Error(`${found.length} resources ${type} ${name}`);
      return only;
    },
  };
}
