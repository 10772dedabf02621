import provider from "@pulumi/pulumi/proto/provider_pb.js";
import type { ApiClient } from "../client/http.ts";
import type { HookContext } from "../facts/kind.ts";
import { decode } from "../lifecycle/wire.ts";
import { table } from "../resources/table.ts";
import {
  isAbsent,
  isList,
  isObject,
  property,
  settled,
  text,
  type Value,
  type Values,
} from "../values/values.ts";
import { type Source, sources } from "./sources.ts";
import { fromStruct, toStruct } from "./struct.ts";

const byToken: ReadonlyMap<string, Source> = new Map(sources.map((source) => [source.token, source]));
const defaultMaximumItems = 1000;

/** Answers a data source. */
export async function invoke(
  request: InstanceType<typeof provider.InvokeRequest>,
  context: HookContext | undefined,
): Promise<InstanceType<typeof provider.InvokeResponse>> {
  const source = byToken.get(request.getTok());
  if (source === undefined)
    throw new Error(
      `${request.getTok()} is not served by the embedded Cloudflare. It knows ${[...byToken.keys()].map((token) => token.split(":")[2]).join(", ")}.`,
    );
  if (context === undefined)
    throw new Error("The provider is not configured on this connection. Run the command again.");
  const given = fromStruct(request.getArgs());
  const response = new provider.InvokeResponse();
  response.setReturn(toStruct(await answer(source, given, context.api)));
  return response;
}

async function answer(source: Source, given: Values, api: ApiClient): Promise<Values> {
  if (source.one === undefined) {
    const listed = (await listing(source, given, given, api)).map((item) => named(source, item));
    return {
      ...given,
      results: source.list?.field === undefined ? listed : [{ [source.list.field]: listed }],
    };
  }
  const { path, argument } = source.one;
  const id = text(given, argument) ?? (await idByFilter(source, given, api));
  const query = text(given, "include");
  const result = await api.call(
    "GET",
    fill(path, { ...given, [argument]: id }),
    query === undefined ? {} : { query: { include: query } },
  );
  return { ...named(source, result), ...given, [argument]: id, id };
}

/** Exactly one thing must match: the official provider does not choose either. */
async function idByFilter(source: Source, given: Values, api: ApiClient): Promise<string> {
  const filter = isObject(given["filter"]) ? given["filter"] : undefined;
  if (filter === undefined || source.list === undefined)
    throw new Error(
      `${source.token}: "${source.one?.argument}" is needed${source.list === undefined ? "" : ', or "filter"'}`,
    );
  const found = await listing(source, given, filter, api);
  const [only] = found;
  const id = property(only, "uuid") ?? property(only, "id");
  if (found.length !== 1 || typeof id !== "string")
    throw new Error(
      `${source.token}: ${found.length} match the filter ${JSON.stringify(filter)}, exactly one must`,
    );
  return id;
}

async function listing(
  source: Source,
  given: Values,
  filter: Values,
  api: ApiClient,
): Promise<readonly Value[]> {
  const list = source.list;
  if (list === undefined) return [];
  const query = Object.fromEntries(
    (list.query ?? []).flatMap((name): [string, string][] => {
      const value = name.split(".").reduce<Value | undefined>((at, part) => property(at, part), filter);
      return isAbsent(value) ? [] : [[name, String(value)]];
    }),
  );
  const most = typeof given["maxItems"] === "number" ? given["maxItems"] : defaultMaximumItems;
  const items: Value[] = [];
  for (let page = 1; items.length < most; page++) {
    const result = await api.call("GET", fill(list.path, given), {
      query: list.paged === true ? { ...query, page: String(page) } : query,
    });
    const found = list.field === undefined ? result : property(result, list.field);
    if (!isList(found) && !isAbsent(found))
      throw new Error(`GET ${list.path}: the API answered ${JSON.stringify(found)} where a list should be`);
    if (isAbsent(found) || found.length === 0) break;
    items.push(...found);
    if (list.paged !== true) break;
  }
  return items.slice(0, most);
}

function named(source: Source, result: Value): Values {
  const entry = source.kind === undefined ? undefined : table.get(source.kind);
  if (entry === undefined) return camelCased(result);
  const answered = entry.kind.hooks?.answer?.(result, {}) ?? result;
  const id =
    property(result, "uuid") ??
    property(result, "queue_id") ??
    property(result, "id") ??
    property(result, "name");
  return {
    ...objectOf(settled(decode(entry.kind, entry.facts.attributes, answered))),
    ...(isAbsent(id) ? {} : { id }),
  };
}

const objectOf = (value: Value): Values => (isObject(value) ? value : {});

function camelCased(value: Value): Values {
  const one = (item: Value): Value =>
    isList(item) ? item.map(one) : isObject(item) ? camelCased(item) : item;
  return isObject(value)
    ? Object.fromEntries(
        Object.entries(value).map(([key, item]) => [
          key.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase()),
          one(item),
        ]),
      )
    : {};
}

const fill = (path: string, values: Values): string =>
  path.replace(/\{(\w+)\}/g, (_, name: string) => {
    const value = text(values, name);
    if (value === undefined) throw new Error(`"${name}" is needed for ${path}`);
    return encodeURIComponent(value);
  });
