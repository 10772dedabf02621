import type { Kind } from "../facts/kind.ts";
import { isObject } from "../values/values.ts";

const gateways = "accounts/{accountId}/ai-gateway/gateways";
const configs = "accounts/{accountId}/hyperdrive/configs";
const workflows = "accounts/{accountId}/workflows/{workflowName}";
const policies = "accounts/{accountId}/alerting/v3/policies";
const webhooks = "accounts/{accountId}/alerting/v3/destinations/webhooks";

export const aiGateway: Kind = {
  token: "cloudflare:index/aiGateway:AiGateway",
  create: { method: "POST", path: gateways },
  read: { method: "GET", path: `${gateways}/{aiGatewayId}` },
  update: { method: "PUT", path: `${gateways}/{aiGatewayId}` },
  delete: { method: "DELETE", path: `${gateways}/{aiGatewayId}` },
  id: "aiGatewayId",
  wire: { "spendLimits.rules.limitType": "limitType" },
  importId: "{accountId}/{aiGatewayId}",
  existing: { path: gateways, field: "id", property: "aiGatewayId", id: "id" },
};

export const hyperdriveConfig: Kind = {
  token: "cloudflare:index/hyperdriveConfig:HyperdriveConfig",
  create: { method: "POST", path: configs },
  read: { method: "GET", path: `${configs}/{id}` },
  update: { method: "PUT", path: `${configs}/{id}` },
  delete: { method: "DELETE", path: `${configs}/{id}` },
  id: "result.id",
  importId: "{accountId}/{id}",
  // secrets are never given back
  notRead: ["origin.password", "origin.accessClientSecret"],
  hooks: {
    plan: (planned, _inputs, prior) =>
      prior?.["createdOn"] === undefined ? planned : { ...planned, createdOn: prior["createdOn"] },
    read: (outputs, prior) => {
      const { mtls, originConnectionLimit, ...others } = outputs;
      const empty = isObject(mtls) && Object.keys(mtls).length === 0;
      return {
        ...others,
        ...(mtls === undefined || (empty && prior["mtls"] === undefined) ? {} : { mtls }),
        ...(originConnectionLimit === undefined || prior["originConnectionLimit"] === undefined
          ? {}
          : { originConnectionLimit }),
      };
    },
  },
};

export const workflow: Kind = {
  token: "cloudflare:index/workflow:Workflow",
  create: { method: "PUT", path: workflows },
  read: { method: "GET", path: workflows },
  update: { method: "PUT", path: workflows },
  delete: { method: "DELETE", path: workflows },
  id: "workflowName",
  importId: "{accountId}/{workflowName}",
  notRead: ["limits", "isDeleted", "terminatorRunning", "versionId"],
};

export const notificationPolicy: Kind = {
  token: "cloudflare:index/notificationPolicy:NotificationPolicy",
  create: { method: "POST", path: policies },
  read: { method: "GET", path: `${policies}/{id}` },
  update: { method: "PUT", path: `${policies}/{id}` },
  delete: { method: "DELETE", path: `${policies}/{id}` },
  id: "result.id",
  importId: "{accountId}/{id}",
};

export const notificationPolicyWebhooks: Kind = {
  token: "cloudflare:index/notificationPolicyWebhooks:NotificationPolicyWebhooks",
  create: { method: "POST", path: webhooks },
  read: { method: "GET", path: `${webhooks}/{id}` },
  update: { method: "PUT", path: `${webhooks}/{id}` },
  delete: { method: "DELETE", path: `${webhooks}/{id}` },
  id: "result.id",
  importId: "{accountId}/{id}",
  notRead: ["secret"],
};
