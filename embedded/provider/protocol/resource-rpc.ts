import provider from "@pulumi/pulumi/proto/provider_pb.js";
import empty from "google-protobuf/google/protobuf/empty_pb.js";
import { unknownValue } from "../../../src/engine/property-values.ts";
import type { HookContext } from "../facts/kind.ts";
import * as lifecycle from "../lifecycle/lifecycle.ts";
import { type Failure, failures, isInternal, markSecrets } from "../plan/check.ts";
import { type Change, differences } from "../plan/diff.ts";
import { withIgnored } from "../plan/ignore-changes.ts";
import { importedInputs, parseImportId, refreshedInputs } from "../plan/inputs.ts";
import { type Entry, entryOf } from "../resources/table.ts";
import { isUnknown, type Values } from "../values/values.ts";
import { fromStruct, toStruct } from "./struct.ts";

type Proto = typeof provider;
type Message<K extends keyof Proto> = Proto[K] extends new () => infer M ? M : never;

/** The type of a resource: as sent, or from its URN for an engine that does not send it. */
export function typeOf(request: { getType(): string; getUrn(): string }): string {
  const sent = request.getType();
  return sent !== "" ? sent : (request.getUrn().split("::")[2]?.split("$").at(-1) ?? "");
}

export function failureMessages(found: readonly Failure[]): Message<"CheckFailure">[] {
  return found.map(({ property, reason }) => {
    const message = new provider.CheckFailure();
    message.setProperty(property);
    message.setReason(reason);
    return message;
  });
}

/** Inputs and state without what belongs to the engine or to another provider's bookkeeping. */
function plain(values: Values): Values {
  return Object.fromEntries(Object.entries(values).filter(([name]) => !isInternal(name)));
}

export function check(request: Message<"CheckRequest">): Message<"CheckResponse"> {
  const { kind, facts } = entryOf(typeOf(request));
  const inputs = plain(fromStruct(request.getNews()));
  const found = failures(facts.attributes, inputs);
  const response = new provider.CheckResponse();
  response.setInputs(toStruct(markSecrets(facts.attributes, inputs)));
  response.setFailuresList(
    failureMessages([...found, ...(found.length === 0 ? (kind.hooks?.check?.(inputs) ?? []) : [])]),
  );
  return response;
}

export async function diff(
  request: Message<"DiffRequest">,
  files: (path: string) => string,
): Promise<Message<"DiffResponse">> {
  const entry = entryOf(typeOf(request));
  const prior = plain(fromStruct(request.getOlds()));
  const inputs = withIgnored(plain(fromStruct(request.getNews())), prior, request.getIgnorechangesList());
  const planned = await lifecycle.planned(entry, inputs, prior, files);
  const changes = differences(entry.facts.attributes, inputs, planned, prior);
  return diffResponse(changes);
}

function diffResponse(changes: readonly Change[]): Message<"DiffResponse"> {
  const response = new provider.DiffResponse();
  const { DIFF_NONE, DIFF_SOME } = provider.DiffResponse.DiffChanges;
  const tops = (some: readonly Change[]): string[] => [...new Set(some.map((change) => change.top))].sort();
  response.setChanges(changes.length === 0 ? DIFF_NONE : DIFF_SOME);
  response.setDiffsList(tops(changes));
  response.setReplacesList(tops(changes.filter((change) => change.replace)));
  response.setHasdetaileddiff(true);
  const detailed = response.getDetaileddiffMap();
  for (const change of changes) {
    if (change.computed) continue; // follows from the others; the program cannot do anything about it
    const message = new provider.PropertyDiff();
    message.setKind(propertyKind(change));
    detailed.set(change.path, message);
  }
  return response;
}

function propertyKind(change: Change) {
  const kinds = provider.PropertyDiff.Kind;
  switch (change.kind) {
    case "add":
      return change.replace ? kinds.ADD_REPLACE : kinds.ADD;
    case "delete":
      return change.replace ? kinds.DELETE_REPLACE : kinds.DELETE;
    case "update":
      return change.replace ? kinds.UPDATE_REPLACE : kinds.UPDATE;
    default:
      return change.kind satisfies never;
  }
}

export async function create(
  request: Message<"CreateRequest">,
  context: HookContext | undefined,
  files: (path: string) => string,
): Promise<Message<"CreateResponse">> {
  const entry = entryOf(typeOf(request));
  const inputs = plain(fromStruct(request.getProperties()));
  const response = new provider.CreateResponse();
  if (request.getPreview()) {
    const planned = await lifecycle.planned(entry, inputs, undefined, files);
    response.setProperties(outputs(entry, entry.facts.hasId ? { ...planned, id: unknownValue } : planned));
    return response;
  }
  const deployed = await lifecycle.create(entry, inputs, configured(context));
  response.setId(deployed.id);
  response.setProperties(outputs(entry, deployed.outputs));
  return response;
}

export async function update(
  request: Message<"UpdateRequest">,
  context: HookContext | undefined,
  files: (path: string) => string,
): Promise<Message<"UpdateResponse">> {
  const entry = entryOf(typeOf(request));
  const prior = plain(fromStruct(request.getOlds()));
  const inputs = withIgnored(plain(fromStruct(request.getNews())), prior, request.getIgnorechangesList());
  const response = new provider.UpdateResponse();
  if (request.getPreview()) {
    const planned = await lifecycle.planned(entry, inputs, prior, files);
    response.setProperties(outputs(entry, lifecycle.withIdentity(entry, request.getId(), planned)));
    return response;
  }
  const deployed = await lifecycle.update(entry, request.getId(), inputs, prior, configured(context));
  response.setProperties(outputs(entry, deployed.outputs));
  return response;
}

export async function read(
  request: Message<"ReadRequest">,
  context: HookContext | undefined,
): Promise<Message<"ReadResponse">> {
  const entry = entryOf(typeOf(request));
  const { attributes } = entry.facts;
  const prior = plain(fromStruct(request.getProperties()));
  const importing = Object.keys(prior).length === 0;
  const from = importing ? imported(entry, request.getId()) : { id: request.getId(), values: prior };
  const found = await lifecycle.read(entry, from.id, from.values, configured(context));
  const response = new provider.ReadResponse();
  if (found === undefined) return response; // an empty id: gone
  const before = plain(fromStruct(request.getInputs()));
  const inputs =
    importing && Object.keys(before).length === 0
      ? importedInputs(attributes, found)
      : refreshedInputs(attributes, before, found);
  response.setId(from.id);
  response.setProperties(outputs(entry, found));
  response.setInputs(toStruct(markSecrets(attributes, inputs)));
  return response;
}

function imported(entry: Entry, given: string): { readonly id: string; readonly values: Values } {
  const { importId, token, id } = entry.kind;
  if (importId === undefined)
    throw new Error(
      `${token} cannot be imported: the official provider cannot either. Create it; the API takes over what is there.`,
    );
  const parsed = parseImportId(importId, given);
  if (parsed === undefined)
    throw new Error(
      `${token}: the id to import is ${importId.replaceAll("{", "<").replaceAll("}", ">")}, got ${JSON.stringify(given)}`,
    );
  const own = parsed.id !== "" ? parsed.id : String(parsed.values[id ?? ""] ?? lifecycle.noId);
  const { id: _, ...values } = parsed.values;
  return { id: own, values };
}

export async function remove(
  request: Message<"DeleteRequest">,
  context: HookContext | undefined,
): Promise<InstanceType<typeof empty.Empty>> {
  const entry = entryOf(typeOf(request));
  await lifecycle.remove(
    entry,
    request.getId(),
    plain(fromStruct(request.getProperties())),
    configured(context),
  );
  return new empty.Empty();
}

const outputs = (entry: Entry, values: Values) => toStruct(markSecrets(entry.facts.attributes, values));

function configured(context: HookContext | undefined): HookContext {
  if (context !== undefined) return context;
  throw new Error(
    "The provider is not configured on this connection: the embedded Cloudflare was restarted in the middle of the run, the connection was idle for half an hour, or inputs of the provider are not known yet. Run the command again.",
  );
}

/** Whether a provider's inputs can be used already. */
export const isComplete = (config: Values): boolean => !Object.values(config).some(isUnknown);
