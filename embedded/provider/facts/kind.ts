import type { ApiClient } from "../client/http.ts";
import type { Value, Values } from "../values/values.ts";

/** One call of the API. `{accountId}` in a path is that property, percent-encoded; `{id}` the resource's id. */
export interface Call {
  readonly method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  readonly path: string;
  readonly query?: (values: Values) => Readonly<Record<string, string>>;
  readonly headers?: (values: Values) => Readonly<Record<string, string>>;
  /** `none` where the API takes everything from path and headers. @default whole for POST, PUT and PATCH */
  readonly body?: "whole" | "changed" | "none";
}

/** How one kind of resource is created, read, updated and deleted: what facts.json does not say. */
export interface Kind {
  readonly token: string;
  readonly create: Call;
  /** `none`: the API cannot be asked; the state is kept as it is. */
  readonly read: Call | "none";
  /** `none`: only the state changes. `deleteAndCreate`: the API adds on a second PUT, so the first goes. */
  readonly update: Call | "none" | "deleteAndCreate";
  /** `none`: nothing is called, and the thing stays, as with the official provider. */
  readonly delete: Call | "none";
  /** The resource's id: a property of the outputs, or `result.` and a field of the answer. None: the official "missing ID". */
  readonly id?: string;
  /** What `pulumi import` takes, such as `{accountId}/{id}`; a last `?` may be left out, a last `+` has slashes. None: cannot be imported. */
  readonly importId?: string;
  /** `camel` for the APIs that speak camelCase. @default snake */
  readonly style?: "snake" | "camel";
  /** The API's name of an attribute, by its path without indices, where the style does not give it. */
  readonly wire?: Readonly<Record<string, string>>;
  /** Like `wire`, for what is read only (R2 writes `storageClass` and answers `storage_class`). */
  readonly wireRead?: Readonly<Record<string, string>>;
  /** Attributes that are never in a body. */
  readonly notSent?: readonly string[];
  /** Attributes, by path without indices, that the API does not give back: a refresh keeps them. */
  readonly notRead?: readonly string[];
  readonly hooks?: Hooks;
  /** How a name conflict is turned into an offer to import. */
  readonly existing?: Existing;
}

export interface Hooks {
  /** Further conditions on the inputs, beyond types and required properties. */
  readonly check?: (inputs: Values) => readonly { readonly property: string; readonly reason: string }[];
  /** After the general plan: what the official provider computes itself. `files` resolves a program's relative path. */
  readonly plan?: (
    planned: Values,
    inputs: Values,
    prior: Values | undefined,
    files: (path: string) => string,
  ) => Values | Promise<Values>;
  /** The body as sent, from the body the table gives. */
  readonly body?: (body: Values, values: Values, context: HookContext) => Promise<Value> | Value;
  /** The answer as the table expects it, for the values that were planned or stored. */
  readonly answer?: (result: Value, values: Values) => Value;
  /** Instead of the table's body: for calls that do not speak JSON. Returns the answer's result. */
  readonly send?: (path: string, values: Values, context: HookContext) => Promise<Value>;
  /** Instead of the table's read. Throws ApiFailure 404 when the thing is gone. */
  readonly fetch?: (path: string, context: HookContext) => Promise<Value>;
  /** After a read: what must be taken from the state instead. */
  readonly read?: (outputs: Values, prior: Values) => Values;
  /** After a create or update that succeeded: further calls whose failure leaves a resource that exists. */
  readonly after?: (outputs: Values, planned: Values, context: HookContext) => Promise<Values>;
}

export interface HookContext {
  readonly api: ApiClient;
  readonly files: (path: string) => string;
}

/** A listing in which the thing that has the name already is found. */
export interface Existing {
  readonly path: string;
  readonly query?: (values: Values) => Readonly<Record<string, string>>;
  /** Where in the result the list is, when it is not the result itself. */
  readonly list?: string;
  /** The field of a listed object that must equal … */
  readonly field: string;
  /** … this property. */
  readonly property: string;
  /** The field that is its id. */
  readonly id: string;
}
