import type { BindingTypeName } from "../../binding-type-names.ts";
import {
  isAbsent,
  isList,
  isObject,
  isUnknown,
  property,
  text,
  type Value,
  type Values,
} from "../values/values.ts";

/** What the provider has to know of a type of binding, in the program's spelling of the properties. */
interface BindingFacts {
  /** Computed properties that the service fills in; in other bindings they are simply not there. */
  readonly filledIn: readonly string[];
  /** What a binding keeps to itself: no read gives it back. */
  readonly neverShown: readonly string[];
}

const plain: BindingFacts = { filledIn: [], neverShown: [] };

/** Total over what the API knows, so that a type that is added there is not forgotten here. */
const facts: Readonly<Record<BindingTypeName, BindingFacts>> = {
  ai: plain,
  ai_search: plain,
  ai_search_namespace: plain,
  analytics_engine: plain,
  artifacts: plain,
  assets: plain,
  browser: plain,
  d1: { ...plain, filledIn: ["databaseId"] },
  data_blob: plain,
  dispatch_namespace: plain,
  durable_object_namespace: { ...plain, filledIn: ["className", "namespaceId", "scriptName"] },
  flagship: plain,
  hyperdrive: plain,
  images: plain,
  json: plain,
  k2: plain,
  kv_namespace: plain,
  media: plain,
  messaging: plain,
  mtls_certificate: plain,
  pipelines: plain,
  plain_text: { ...plain, neverShown: ["text"] },
  queue: plain,
  r2_bucket: plain,
  ratelimit: plain,
  secret_key: { ...plain, neverShown: ["keyBase64", "keyJwk"] },
  secret_text: { ...plain, neverShown: ["text"] },
  secrets_store_secret: plain,
  send_email: plain,
  service: plain,
  tail_consumer: plain,
  text_blob: plain,
  vectorize: plain,
  version_metadata: plain,
  vpc_network: plain,
  vpc_service: plain,
  wasm_module: plain,
  workflow: { ...plain, filledIn: ["className", "scriptName"] },
};

const byType: ReadonlyMap<string, BindingFacts> = new Map(Object.entries(facts));

/** A type that the API does not know is refused by it, by name. */
const factsOf = (type: string): BindingFacts => byType.get(type) ?? plain;

/** The planned bindings, without unknowns that nobody will fill in: neither the program nor the service. */
export function withBindings(planned: Values, inputs: Values): Values {
  const bindings = planned["bindings"];
  const declared = inputs["bindings"];
  if (!isList(bindings)) return planned;
  return {
    ...planned,
    bindings: bindings.map((binding, i) =>
      isObject(binding) ? withoutForeign(binding, isList(declared) ? declared[i] : undefined) : binding,
    ),
  };
}

function withoutForeign(binding: Values, declared: Value | undefined): Values {
  const type = text(binding, "type");
  if (type === undefined) return binding;
  const may = factsOf(type).filledIn;
  return Object.fromEntries(
    Object.entries(binding).filter(
      ([name, value]) =>
        !isUnknown(value) ||
        may.includes(name) ||
        !computedOfBinding.has(name) ||
        isUnknown(property(declared, name)),
    ),
  );
}
const computedOfBinding = new Set(["databaseId", "className", "namespaceId", "scriptName"]);

/** In the order in which the API gives them back. */
export const sortBindings = (body: Values): Values =>
  isList(body["bindings"]) ? { ...body, bindings: [...body["bindings"]].sort(byName) } : body;

export function byName(a: Value, b: Value): number {
  const [x, y] = [String(property(a, "name")), String(property(b, "name"))];
  return x < y ? -1 : x > y ? 1 : 0;
}

/** The answered bindings in the order of the planned ones: what the service fills in is merged by position. */
export function inOrderOf(answered: readonly Value[], planned: Value | undefined): readonly Value[] {
  if (!isList(planned)) return [...answered].sort(byName);
  const names = planned.map((binding) => property(binding, "name"));
  const own = names.map((name) => answered.find((binding) => property(binding, "name") === name) ?? {});
  return [...own, ...answered.filter((binding) => !names.includes(property(binding, "name") ?? null))];
}

/** Texts and keys are never given back; the order is the program's, and so is a list that is empty. */
export function restoredBindings(read: Value | undefined, before: Value | undefined): Values {
  if (!isList(read)) return isList(before) && before.length === 0 ? { bindings: before } : {};
  const previous = isList(before) ? before : [];
  const withText = read.map((binding): Value => {
    if (!isObject(binding)) return binding;
    const original = previous.find((other) => property(other, "name") === binding["name"]);
    const hidden = factsOf(text(binding, "type") ?? "").neverShown.flatMap((name): [string, Value][] => {
      const value = property(original, name);
      return isAbsent(value) || isUnknown(value) ? [] : [[name, value]];
    });
    // The API answers with null for the value null, and elsewhere that is how it says that there is none.
    const empty = binding["type"] === "json" && isAbsent(binding["json"]) ? { json: "null" } : {};
    return { ...binding, ...empty, ...Object.fromEntries(hidden) };
  });
  const place = (binding: Value): number => {
    const at = previous.findIndex((other) => property(other, "name") === property(binding, "name"));
    return at < 0 ? previous.length : at;
  };
  return { bindings: withText.sort((a, b) => place(a) - place(b)) };
}
