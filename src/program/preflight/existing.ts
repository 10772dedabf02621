import { ApiError, call } from "../../cloudflare/api.ts";
import type { Connection } from "../../cloudflare/connection.ts";
import type { AiGateway, R2, System, Vectorize } from "../../declare/index.ts";
import { declaredName, physicalName } from "../../declare/physical-name.ts";
import { type Adoptable, adoptedKey, importedOnce } from "../../declare/stores/adopted-key.ts";
import { type Diagnostic, refuse, UserError } from "../../diagnostic/user-error.ts";
import { widerToken } from "../../diagnostic/wider-token.ts";
import type { Stage } from "../../project/stage.ts";
import { asking } from "../../reality/asking.ts";
import { kinds } from "../../resources/kinds/kinds.ts";

/** Which account is asked, and for which stage. */
export interface Asked {
  readonly stage: Stage;
  /** The stage that owns what stages share; undefined where it is this one. */
  readonly owner: Stage | undefined;
  readonly accountId: string;
  /** Whether the stack's state has a resource of this Pulumi type and name. */
  readonly inState: (type: string, name: string) => boolean;
  /** Called only where something has to be asked. */
  readonly connection: () => Connection;
}

/** What the account has of what is declared. */
export interface Existing {
  /** Ids that declarations adopt in this stage, and stores that it owns and another stage made: by these they are taken over. */
  readonly adoptable: ReadonlySet<string>;
  /** `<system>/<name>` of stores that another stage owns and that nobody has made yet. */
  readonly unmade: ReadonlySet<string>;
}

/**
 * Asks the account for what is adopted or shared; where nothing is, nothing is asked. Throws UserError for a store that is there under another
 * name, and where the token may not look.
 */
export async function existing(systems: readonly System[], asked: Asked): Promise<Existing> {
  const stores = systems.flatMap(({ name: system, resources }) =>
    resources.map((store) => ({ system, store })),
  );
  const adopted = await Promise.all(
    stores.map(({ system, store }) =>
      store.kind === "hyperdrive" || store.kind === "vectorize" || store.kind === "worker"
        ? []
        : look(system, store, asked),
    ),
  );
  refuse(adopted.flat().filter((each) => typeof each !== "string"));
  const found = await Promise.all(
    stores.map(({ system, store }) =>
      store.kind === "r2" || store.kind === "vectorize" || store.kind === "aiGateway"
        ? shared(system, store, asked)
        : { adoptable: [], unmade: [] },
    ),
  );
  return {
    adoptable: new Set([
      ...adopted.flat().filter((each) => typeof each === "string"),
      ...found.flatMap(({ adoptable }) => adoptable),
    ]),
    unmade: new Set(found.flatMap(({ unmade }) => unmade)),
  };
}

/** The id, if it is there; a diagnostic, if it cannot be taken over. */
async function look(
  system: string,
  store: Adoptable,
  asked: Asked,
): Promise<readonly (string | Diagnostic)[]> {
  const { stage, accountId } = asked;
  const id = store.adopt?.[stage.name];
  if (id === undefined || physicalName(store, stage) !== declaredName(store, stage)) return [];
  // The owner of a shared one takes it over, nobody else.
  if ("shared" in store && store.shared === true && asked.owner !== undefined) return [];
  const jurisdiction = store.kind === "r2" ? store.jurisdiction : undefined;
  const name = await nameOf(store.kind, id, asked, jurisdiction);
  if (name === undefined) return [];
  const wanted = physicalName(store, stage);
  if (name === wanted) {
    // Another import of what is managed already would replace it: only an id is known by Pulumi again, a name is not.
    const isOurs =
      importedOnce.has(store.kind) && asked.inState(kinds[store.kind].type, `${system}/${store.name}`);
    return isOurs ? [] : [adoptedKey(store, id)];
  }
  return [
    {
      what: "A store that is to be taken over has another name than it is declared with",
      where: `${system}/${store.name} (${store.kind}), adopt`,
      got: `${id} is called ${name} in account ${accountId}`,
      expected: wanted,
      fix: `declare it with the name that it has, physicalName: "${name}", or another id`,
    },
  ];
}

/** A store that stages share, from the side of this one. */
async function shared(system: string, store: Shared, asked: Asked): Promise<SharedFound> {
  const nothing = { adoptable: [], unmade: [] };
  if (store.shared !== true) return nothing;
  const name = physicalName(store, asked.stage);
  const jurisdiction = store.kind === "r2" ? store.jurisdiction : undefined;
  const isThere = (await nameOf(store.kind, name, asked, jurisdiction)) !== undefined;
  const label = `${system}/${store.name}`;
  if (asked.owner !== undefined) return isThere ? nothing : { ...nothing, unmade: [label] };
  // An index is taken over by its own provider.
  if (!isThere || store.kind === "vectorize" || asked.inState(kinds[store.kind].type, label)) return nothing;
  return { ...nothing, adoptable: [adoptedKey(store, name)] };
}

type Shared = R2 | Vectorize | AiGateway;

interface SharedFound {
  readonly adoptable: readonly string[];
  readonly unmade: readonly string[];
}

/** What the account calls it; undefined where it is not there. */
async function nameOf(
  kind: keyof typeof asking,
  id: string,
  { accountId, connection }: Asked,
  jurisdiction?: string,
): Promise<string | undefined> {
  const { path, name, permission } = asking[kind];
  const asked = `/accounts/${accountId}/${path}/${encodeURIComponent(id)}`;
  try {
    const headers = jurisdiction === undefined ? {} : { "cf-r2-jurisdiction": jurisdiction };
    return name.parse(await call(connection(), "GET", asked, undefined, headers));
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    // Vectorize says 410 of an index that was deleted.
    if (error.status === 404 || error.status === 410) return undefined;
    const mayNotLook = [401, 403].includes(error.status);
    throw new UserError(
      {
        what: "Whether a store is there cannot be asked, so nothing is begun",
        where: `GET ${asked}`,
        got: error.message,
        expected: "the store, or that there is none",
        fix: mayNotLook ? widerToken(permission) : "mend what the API names, then run again",
      },
      { cause: error },
    );
  }
}
