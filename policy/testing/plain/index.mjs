// Only Pulumi and its provider for Cloudflare: what a program without Lockstep looks like.
import * as cloudflare from "@pulumi/cloudflare";
import * as pulumi from "@pulumi/pulumi";

const config = new pulumi.Config();
const accountId = config.require("accountId");
const kept = { protect: config.getBoolean("protect") ?? true };

const orders = new cloudflare.D1Database(
  "orders",
  { accountId, name: "orders", readReplication: { mode: "disabled" } },
  kept,
);
const jobs = new cloudflare.Queue("jobs", { accountId, queueName: "jobs" }, kept);
const failed = new cloudflare.Queue("failed", { accountId, queueName: "failed" }, kept);

const api = new cloudflare.Worker("api", {
  accountId,
  name: "api",
  subdomain: { enabled: false, previewsEnabled: config.getBoolean("previews") ?? false },
  observability: { enabled: true, headSamplingRate: 1 },
});
const version = new cloudflare.WorkerVersion("api", {
  accountId,
  workerId: api.id,
  compatibilityDate: "2026-06-01",
  mainModule: "index.js",
  modules: [
    {
      name: "index.js",
      contentType: "application/javascript+module",
      contentBase64: Buffer.from(
        'export default { fetch: () => new Response("hello"), queue: () => undefined };',
      ).toString("base64"),
    },
  ],
  bindings: [
    { name: "LEVEL", type: "plain_text", text: config.get("level") ?? "info" },
    { name: "ORDERS", type: "d1", databaseId: orders.id },
    { name: "TOKEN", type: "secret_text", text: pulumi.secret("q7Zk2LpX9vRt4WmN8b") },
  ],
});
const deployment = new cloudflare.WorkersDeployment("api", {
  accountId,
  scriptName: api.name,
  strategy: "percentage",
  versions: [{ versionId: version.id, percentage: 100 }],
});
const consume = (queue, more) =>
  new cloudflare.QueueConsumer(
    `api-${more.name}`,
    { accountId, queueId: queue.queueId, scriptName: api.name, type: "worker", ...more.args },
    { dependsOn: [deployment] },
  );
new cloudflare.NotificationPolicy("errors", {
  accountId,
  name: "errors",
  enabled: true,
  alertType: "http_alert_edge_error",
  mechanisms: { emails: [{ id: "ops@shop.dev" }] },
});
const deadLetter = config.getBoolean("deadLetter") ?? true;
consume(jobs, { name: "jobs", args: deadLetter ? { deadLetterQueue: failed.queueName } : {} });
consume(failed, { name: "failed", args: {} });
