import { z } from "zod";
import { call } from "../cloudflare/api.ts";
import { type Connection, connection } from "../cloudflare/connection.ts";

const inputs = z.object({
  accountId: z.string(),
  workerId: z.string(),
  scriptName: z.string(),
  entrypoints: z.array(z.string()),
});
type Inputs = z.infer<typeof inputs>;
const deployments = z.object({ deployments: z.array(z.unknown()) });

/** The provider behind the resource `FirstVersion`. It acts once, and only on a worker that nothing is deployed to. */
export const provider = {
  async check(_olds: unknown, news: unknown): Promise<{ inputs: unknown; failures: never[] }> {
    return { inputs: news, failures: [] };
  },
  async diff(_id: string, olds: unknown, news: unknown): Promise<{ changes: boolean; replaces: string[] }> {
    const replaced = inputs.parse(olds).workerId !== inputs.parse(news).workerId;
    return { changes: replaced, replaces: replaced ? ["workerId"] : [] };
  },
  async create(news: unknown): Promise<{ id: string; outs: unknown }> {
    const wanted = inputs.parse(news);
    const api = connection(process.env, process.cwd());
    if (!(await isDeployed(api, wanted))) await deploy(api, wanted);
    return { id: wanted.workerId, outs: news };
  },
  async read(id: string, props: unknown): Promise<{ id: string; props: unknown }> {
    return { id, props };
  },
  /** Versions go with their worker. */
  async delete(): Promise<void> {},
};

async function isDeployed(api: Connection, { accountId, scriptName }: Inputs): Promise<boolean> {
  const answer = await call(
    api,
    "GET",
    `/accounts/${accountId}/workers/scripts/${encodeURIComponent(scriptName)}/deployments`,
  );
  return deployments.parse(answer).deployments.length > 0;
}

async function deploy(api: Connection, { accountId, workerId, entrypoints }: Inputs): Promise<void> {
  await call(api, "POST", `/accounts/${accountId}/workers/workers/${workerId}/versions?deploy=true`, {
    main_module: "index.js",
    compatibility_date: "2026-01-01",
    modules: [
      {
        name: "index.js",
        content_type: "application/javascript+module",
        content_base64: Buffer.from(placeholder(entrypoints)).toString("base64"),
      },
    ],
    bindings: [],
  });
}

/** Code that is there to be bound. */
export const placeholder = (entrypoints: readonly string[]): string =>
  [
    'import { WorkerEntrypoint } from "cloudflare:workers";',
    'const notYet = () => new Response("This worker is being deployed for the first time.\\n", { status: 503 });',
    ...entrypoints.map(
      (name) => `export class ${name} extends WorkerEntrypoint { fetch() { return notYet(); } }`,
    ),
    "export default { fetch: notYet };",
    "",
  ].join("\n");
