import { type ApiClient, ApiFailure } from "../client/http.ts";
import type { Existing } from "../facts/kind.ts";
import type { Entry } from "../resources/table.ts";
import { isList, property, same, text, type Value, type Values } from "../values/values.ts";

/** Runs a call; a refusal that has a known way out carries it in its message. */
export async function explained<T>(
  entry: Entry,
  values: Values,
  api: ApiClient,
  run: () => Promise<T>,
): Promise<T> {
  try {
    return await run();
  } catch (error) {
    if (!(error instanceof ApiFailure)) throw error;
    const advice = isConflict(error)
      ? await importAdvice(entry, values, api)
      : isDenied(error)
        ? permissionAdvice(error)
        : undefined;
    if (advice !== undefined) error.message = `${error.message}\n${advice}`;
    throw error;
  }
}

const isConflict = (error: ApiFailure): boolean =>
  error.status === 409 || /already (exists|in use|taken)/i.test(error.message);
const isDenied = (error: ApiFailure): boolean => error.status === 403 || error.status === 401;

/** Names the thing that has the name already, with the command that takes it over. */
async function importAdvice(entry: Entry, values: Values, api: ApiClient): Promise<string | undefined> {
  const { existing, importId, token } = entry.kind;
  if (existing === undefined || importId === undefined) return undefined;
  const id = await idOfExisting(entry, existing, values, api);
  if (id === undefined) return undefined;
  const parts = importId.split("/").flatMap((part) => {
    const name = part.replace(/[{}?+]/g, "");
    const value = name === "id" ? id : text(values, name);
    return value === undefined && part.includes("?") ? [] : [value ?? `<${name}>`];
  });
  return `To take over the one that is there: pulumi import ${token} <name> ${parts.join("/")}`;
}

/** Far more than anybody has of one kind; a listing that ignores the page ends by itself. */
const mostPages = 100;

async function idOfExisting(
  { kind }: Entry,
  existing: Existing,
  values: Values,
  api: ApiClient,
): Promise<string | undefined> {
  const wanted = text(values, existing.property);
  const path = existing.path.replace(/\{(\w+)\}/g, (_, name: string) =>
    encodeURIComponent(text(values, name) ?? ""),
  );
  const headers = kind.create.headers?.(values) ?? {};
  try {
    let before: Value = null;
    for (let page = 1; page <= mostPages; page++) {
      const query = { ...existing.query?.(values), page: String(page) };
      const result = await api.call("GET", path, { query, headers });
      const list: Value | undefined = existing.list === undefined ? result : property(result, existing.list);
      if (!isList(list) || list.length === 0 || same(list, before)) return undefined;
      const id = property(
        list.find((item) => property(item, existing.field) === wanted),
        existing.id,
      );
      if (typeof id === "string") return id;
      before = list;
    }
    return undefined;
  } catch (error) {
    // the conflict itself is what the user must see; a listing that is refused only costs the advice
    if (error instanceof ApiFailure) return undefined;
    throw error;
  }
}

/** The embedded API says which group is missing; a token it does not know at all is another mistake. */
function permissionAdvice(error: ApiFailure): string | undefined {
  const [, group, on = ""] = /permission "([^"]+)"( on [^.]+)?/.exec(error.message) ?? [];
  if (group !== undefined)
    return `Add the permission group "${group}"${on} to the API token, or use a token that has it.`;
  return error.status === 401 ? "Check the provider's apiToken." : undefined;
}
