import type { Kind } from "../facts/kind.ts";
import { isAbsent, isObject, property } from "../values/values.ts";

const queues = "accounts/{accountId}/queues";
const consumers = `${queues}/{queueId}/consumers`;

export const queue: Kind = {
  token: "cloudflare:index/queue:Queue",
  create: { method: "POST", path: queues },
  read: { method: "GET", path: `${queues}/{id}` },
  update: { method: "PUT", path: `${queues}/{id}` },
  delete: { method: "DELETE", path: `${queues}/{id}` },
  id: "result.queue_id",
  importId: "{accountId}/{id}",
  wireRead: { "consumers.scriptName": "script" },
  existing: { path: queues, field: "queue_name", property: "queueName", id: "queue_id" },
};

export const queueConsumer: Kind = {
  token: "cloudflare:index/queueConsumer:QueueConsumer",
  create: { method: "POST", path: consumers },
  read: { method: "GET", path: `${consumers}/{consumerId}` },
  update: { method: "PUT", path: `${consumers}/{consumerId}` },
  delete: { method: "DELETE", path: `${consumers}/{consumerId}` },
  // by name; the API answers with what it made of it
  notRead: ["deadLetterQueue"],
  hooks: {
    answer: (result) => {
      const script = property(result, "script");
      return isObject(result) && isAbsent(result["script_name"]) && !isAbsent(script)
        ? { ...result, script_name: script }
        : result;
    },
  },
};
