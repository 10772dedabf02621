import { databaseNamed } from "../../../../src/backup/databases.ts";
import { namespaces } from "../../../../src/backup/kv/namespaces.ts";
import { bucketNamed } from "../../../../src/backup/objects/buckets.ts";
import { indexNamed } from "../../../../src/backup/vectors/vectors.ts";
import type { NamedStore, SwitchedKind, Switching } from "../../../stack/switch/switching.ts";
import type { Site } from "../../site.ts";

type Looks = (site: Site, store: NamedStore, jurisdiction: string) => Promise<boolean>;

const looks: Readonly<Record<SwitchedKind, Looks>> = {
  d1: async (site, { id, name }) => (await databaseNamed(site, name)) === id,
  kv: async (site, { id, name }) => (await namespaces(site)).get(name) === id,
  r2: async (site, { name }, jurisdiction) => (await bucketNamed(site, { name, jurisdiction })) !== undefined,
  vectorize: async (site, { name }) => (await indexNamed(site, name)) !== undefined,
};

/** Whether one of the two stores of a switch is in the account. */
export const isThere = (
  { kind, jurisdiction = "default" }: Pick<Switching, "kind" | "jurisdiction">,
  store: NamedStore,
  site: Site,
): Promise<boolean> => looks[kind](site, store, jurisdiction);
