import type { Kind } from "../facts/kind.ts";
import { isAbsent, isObject, property, type Values } from "../values/values.ts";

const workers = "accounts/{accountId}/workers/workers";
const script = "accounts/{accountId}/workers/scripts/{scriptName}";

export const worker: Kind = {
  token: "cloudflare:index/worker:Worker",
  create: { method: "POST", path: workers },
  read: { method: "GET", path: `${workers}/{id}` },
  update: { method: "PUT", path: `${workers}/{id}` },
  delete: {
    method: "DELETE",
    path: `${workers}/{id}`,
    query: (values): Readonly<Record<string, string>> => (values["force"] === true ? { force: "true" } : {}),
  },
  id: "result.id",
  importId: "{accountId}/{id}",
  notSent: ["force"],
  notRead: ["force"],
  hooks: { plan: withPreviews, read: withPropagationPolicy },
  existing: { path: workers, field: "name", property: "name", id: "id" },
};

/** Preview URLs follow the subdomain when the program does not say. */
function withPreviews(planned: Values, inputs: Values): Values {
  const subdomain = planned["subdomain"];
  if (
    !isObject(subdomain) ||
    !isObject(inputs["subdomain"]) ||
    !isAbsent(inputs["subdomain"]["previewsEnabled"])
  )
    return planned;
  return { ...planned, subdomain: { ...subdomain, previewsEnabled: subdomain["enabled"] === true } };
}

/** The API does not always give the policy back: what was known stands. */
function withPropagationPolicy(outputs: Values, prior: Values): Values {
  const known = property(property(prior["observability"], "traces"), "propagationPolicy");
  const observability = outputs["observability"];
  const traces = property(observability, "traces");
  if (
    isAbsent(known) ||
    !isObject(observability) ||
    !isObject(traces) ||
    !isAbsent(traces["propagationPolicy"])
  )
    return outputs;
  return { ...outputs, observability: { ...observability, traces: { ...traces, propagationPolicy: known } } };
}

export const workersDeployment: Kind = {
  token: "cloudflare:index/workersDeployment:WorkersDeployment",
  create: {
    method: "POST",
    path: `${script}/deployments`,
    query: (values): Readonly<Record<string, string>> => (values["force"] === true ? { force: "true" } : {}),
  },
  read: { method: "GET", path: `${script}/deployments/{id}` },
  update: "none",
  delete: "none",
  id: "result.id",
  importId: "{accountId}/{scriptName}/{id}",
  wire: {
    "annotations.workersMessage": "workers/message",
    "annotations.workersTriggeredBy": "workers/triggered_by",
  },
  notSent: ["force"],
  notRead: ["force"],
};

export const workersScriptSubdomain: Kind = {
  token: "cloudflare:index/workersScriptSubdomain:WorkersScriptSubdomain",
  create: { method: "POST", path: `${script}/subdomain` },
  read: { method: "GET", path: `${script}/subdomain` },
  update: { method: "POST", path: `${script}/subdomain` },
  delete: { method: "DELETE", path: `${script}/subdomain` },
  id: "scriptName",
  importId: "{accountId}/{scriptName}",
};

export const workersCronTrigger: Kind = {
  token: "cloudflare:index/workersCronTrigger:WorkersCronTrigger",
  create: { method: "PUT", path: `${script}/schedules` },
  read: { method: "GET", path: `${script}/schedules` },
  update: { method: "PUT", path: `${script}/schedules` },
  delete: "none",
  id: "scriptName",
  importId: "{accountId}/{scriptName}",
  notRead: ["schedules"],
  hooks: { body: (body) => body["schedules"] ?? [] },
};

export const workersCustomDomain: Kind = {
  token: "cloudflare:index/workersCustomDomain:WorkersCustomDomain",
  create: { method: "PUT", path: "accounts/{accountId}/workers/domains" },
  read: { method: "GET", path: "accounts/{accountId}/workers/domains/{id}" },
  update: "none",
  delete: { method: "DELETE", path: "accounts/{accountId}/workers/domains/{id}" },
  id: "result.id",
  importId: "{accountId}/{id}",
  existing: {
    path: "accounts/{accountId}/workers/domains",
    field: "hostname",
    property: "hostname",
    id: "id",
  },
};

export const workersRoute: Kind = {
  token: "cloudflare:index/workersRoute:WorkersRoute",
  create: { method: "POST", path: "zones/{zoneId}/workers/routes" },
  read: { method: "GET", path: "zones/{zoneId}/workers/routes/{id}" },
  update: { method: "PUT", path: "zones/{zoneId}/workers/routes/{id}" },
  delete: { method: "DELETE", path: "zones/{zoneId}/workers/routes/{id}" },
  id: "result.id",
  importId: "{zoneId}/{id}",
  existing: { path: "zones/{zoneId}/workers/routes", field: "pattern", property: "pattern", id: "id" },
};
