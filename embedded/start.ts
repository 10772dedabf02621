import { createHash } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { UserError } from "../src/diagnostic/user-error.ts";
import type { Permission } from "../src/permissions/permission.ts";
import { listAccounts, openAccounts } from "./api/account/accounts.ts";
import { newTokenValue, openTokens, type Tokens } from "./api/account/token-store.ts";
import { gatewayConfig } from "./api/ai/ai-gateway.ts";
import { storesIn } from "./api/aliases/in-path.ts";
import { accountFor } from "./api/aliases/stand-in.ts";
import { apiServer } from "./api/http/server.ts";
import { spoolFolder } from "./api/http/spool.ts";
import type { Subject, Token } from "./api/http/tokens.ts";
import { restoreConsumers } from "./api/queues/deliver.ts";
import { s3Endpoint } from "./api/r2/s3/endpoint.ts";
import { tellQueues } from "./api/r2/tell-queues.ts";
import { secretValue } from "./api/secrets-store/secrets-store.ts";
import { services } from "./api/services.ts";
import { tailsOf } from "./api/tails/registry.ts";
import { openInvocations } from "./api/telemetry/invocations.ts";
import { openLogLines } from "./api/telemetry/log-lines.ts";
import { startCrons } from "./api/workers/crons/crons.ts";
import { restoreDeployments } from "./api/workers/deploy/deploy-versions.ts";
import { previewOf } from "./api/workers/previews.ts";
import { restoreWorkflows } from "./api/workflows/engine.ts";
import { workerAt } from "./api/zones/addressed.ts";
import { type Connection, writeConnection } from "./connection.ts";
import { folderFailure, makeFolder, openStateFile } from "./folder.ts";
import { drain, listen } from "./listen.ts";
import { takeFolder } from "./lock.ts";
import { serveProvider } from "./provider/protocol/serve.ts";
import { remember, remembered } from "./remembered.ts";
import { openGatewayLogs } from "./runtime/ai/gateway-logs.ts";
import { openAiGateways } from "./runtime/ai/gateways.ts";
import { hashAi } from "./runtime/ai/hash.ts";
import type { AiBackend } from "./runtime/ai.ts";
import { openAnalytics } from "./runtime/analytics/query.ts";
import { startCompute } from "./runtime/compute/start.ts";
import type { PreviewAt } from "./runtime/compute.ts";
import { startDataPlane } from "./runtime/dataplane/server.ts";
import { openEmails } from "./runtime/emails/keep.ts";
import { openQueues } from "./runtime/queues/broker.ts";
import { openRateLimits } from "./runtime/rate-limits/rate-limits.ts";
import { startStores } from "./runtime/stores/start.ts";
import { openVectors } from "./runtime/vectors/engine.ts";
import { subjectOf } from "./subject.ts";
import type { World } from "./world.ts";

export interface EmbeddedOptions {
  /** Where everything is kept. @default a new folder, removed at the end */
  readonly dataDir?: string;
  /** The API's port. @default the one of last time, or a free one */
  readonly port?: number;
  /** The front door's port. @default the one of last time, or a free one */
  readonly frontPort?: number;
  /** Serves the Pulumi provider too, on this port; 0 is the one of last time, or a free one. @default not served */
  readonly providerPort?: number;
  /** Where relative paths in Pulumi programs start. @default the folder of the process */
  readonly providerFolder?: string;
  /** Names of its accounts. Those of an earlier time stay. @default dev, staging and prod */
  readonly accounts?: readonly string[];
  /** @default the hash backend */
  readonly ai?: AiBackend;
  /** The time by which AI Gateways cache and limit, in milliseconds. @default the clock */
  readonly gatewayClock?: () => number;
  /** Hears of each permission that a call asked for, and on what. @default nobody */
  readonly asked?: (permission: Permission, subject: Subject) => void;
  /** One line for people. @default standard error */
  readonly log?: (line: string) => void;
}

export type { Connection } from "./connection.ts";

export interface Embedded extends Connection {
  readonly dataDir: string;
  readonly world: World;
  /** Settled when the owners of Durable Objects that were deployed before run again. */
  readonly restored: Promise<void>;
  /** Drains and stops everything; removes the data folder when it was a temporary one. */
  close(): Promise<void>;
}

const accountNames = ["dev", "staging", "prod"];
const accountId = (name: string): string =>
  createHash("sha256").update(`lockstep account ${name}`).digest("hex").slice(0, 32);

/** Starts the embedded Cloudflare in this process. Throws UserError when the folder is taken. */
export async function startEmbedded(options: EmbeddedOptions = {}): Promise<Embedded> {
  const log = options.log ?? ((line: string) => console.error(line));
  const temporary = options.dataDir === undefined;
  const dataDir = resolve(options.dataDir ?? mkdtempSync(join(tmpdir(), "lockstep-embedded-")));
  makeFolder(dataDir);
  const closing: (() => unknown)[] = [];
  const close = async (): Promise<void> => {
    for (const step of closing.splice(0).reverse()) {
      try {
        await step();
      } catch (error) {
        log(`while stopping: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`); // the others still have to stop
      }
    }
    if (temporary) rmSync(dataDir, { recursive: true, force: true });
  };
  try {
    const folder = await takeFolder(dataDir);
    closing.push(folder.release);
    const embedded = await build(options, { dataDir, log, closing, close });
    closing.push(folder.stopping); // before all the others
    return embedded;
  } catch (error) {
    await close();
    throw folderFailure(dataDir, error);
  }
}

interface Surroundings {
  readonly dataDir: string;
  readonly log: (line: string) => void;
  /** Run in reverse order at the end. */
  readonly closing: (() => unknown)[];
  readonly close: () => Promise<void>;
}

async function build(
  options: EmbeddedOptions,
  { dataDir, log, closing, close }: Surroundings,
): Promise<Embedded> {
  rmSync(spoolFolder(dataDir), { recursive: true, force: true }); // of requests that a kill cut off
  const state = openStateFile(dataDir);
  closing.push(() => state.close());
  const invocations = openInvocations(state);
  closing.push(() => invocations.close());
  const lines = openLogLines(state);
  closing.push(() => lines.close());
  const before = remembered(state);
  const accounts = openAccounts(state, options.accounts ?? accountNames, accountId);
  const tokens = openTokens(state);
  const token = before?.token ?? newTokenValue();
  tokens.create({ name: "embedded", grants: "all", policies: [], value: token });

  const stores = await startStores({ dataDir, log });
  closing.push(() => stores.close());
  const queues = openQueues({ state, log });
  stores.r2.onEvents((events) => tellQueues({ state, queues }, events));
  const vectors = openVectors({ state });
  const ai = options.ai ?? hashAi();
  let origin = "";
  let previewAt: PreviewAt = () => undefined; // until there is a world to look in
  const gateways = openAiGateways({
    ai,
    vectors,
    logs: openGatewayLogs(state),
    config: (account, gateway) => gatewayConfig(state, account, gateway),
    origin: () => origin,
    ...(options.gatewayClock === undefined ? {} : { now: options.gatewayClock }),
  });
  const analytics = openAnalytics(state.sqlite);
  const emails = openEmails(join(dataDir, "emails"));
  const dataPlane = await startDataPlane({
    queues,
    vectors,
    ai,
    rateLimits: openRateLimits(),
    analytics,
    emails,
    secretValue: (id) => secretValue({ state, dataDir }, id),
    log,
    gateways,
  });
  closing.push(() => dataPlane.close());
  const compute = await startCompute({
    dataDir,
    storesAddress: stores.address,
    storesKey: stores.key,
    dataPlaneAddress: dataPlane.address,
    dataPlaneKey: dataPlane.key,
    frontPort: options.frontPort ?? before?.frontPort ?? 0,
    workerAt: (host, path) => workerAt(state, host, path),
    previewAt: (account, label) => previewAt(account, label),
    log,
  });
  closing.push(() => compute.close());
  closing.push(() => queues.close()); // batches under way still need their cells

  requireFrontPort(options.frontPort, compute.frontPort);
  if (before !== undefined && options.frontPort === undefined && before.frontPort !== compute.frontPort)
    log(
      `port ${before.frontPort} of last time is taken, Workers answer on ${compute.frontPort} now: their addresses have changed`,
    );
  compute.onInvocation(invocations.record);
  compute.onLog(lines.record);

  const world: World = {
    state,
    stores,
    compute,
    queues,
    vectors,
    ai,
    gateways,
    analytics,
    emails,
    dataDir,
    log,
    origin: () => origin,
  };
  previewAt = (account, label) => previewOf(world, account, label);
  const tails = tailsOf(world);
  const server = apiServer({
    services,
    world,
    accounts: () => listAccounts(state),
    aliases: {
      account: (id) => accountFor(world, id),
      params: (params, method) => storesIn(world, params, method),
    },
    findToken: tokens.find,
    subjectOf: (params, headers) => subjectOf(state, params, headers),
    ...(options.asked === undefined ? {} : { asked: options.asked }),
    upgrade: tails.upgrade,
    before: s3Endpoint({
      world,
      accounts: () => listAccounts(state),
      credentials: s3Credentials(tokens),
      log,
    }),
    log,
  });
  const apiPort = await listen(server, options.port ?? before?.apiPort ?? 0, {
    orAnother: options.port === undefined,
  });
  closing.push(() => drain(server, 5_000));
  closing.push(() => tails.close()); // a server does not end while a WebSocket of it is open
  origin = `http://127.0.0.1:${apiPort}`;
  if (before !== undefined && options.port === undefined && before.apiPort !== apiPort)
    log(
      `port ${before.apiPort} of last time is taken, the API is on ${apiPort} now: stacks will show one update of their provider`,
    );

  const provider =
    options.providerPort === undefined
      ? undefined
      : await servedProvider(options, before?.providerPort, origin, log);
  if (provider !== undefined) closing.push(() => provider.close());
  remember(state, {
    token,
    apiPort,
    frontPort: compute.frontPort,
    providerPort: provider?.port ?? before?.providerPort,
  });

  const connection: Connection = {
    api: `${origin}/client/v4`,
    token,
    accounts,
    front: `http://<worker>.<account>.localhost:${compute.frontPort}`,
    frontPort: compute.frontPort,
    s3: `${origin}/r2/<account id>`,
    ...(provider === undefined ? {} : { providerPort: provider.port }),
    pid: process.pid,
  };
  const { started } = await restoreDeployments(world, log);
  const restored = started.then(() => restoreWorkflows(world, log));
  restoreConsumers(world);
  closing.push(() => restored);
  closing.push(startCrons(world, log));
  compute.onLog(({ script, stream, text }) =>
    log(`${script} ${stream === "stderr" ? "!" : "|"} ${text.trimEnd()}`),
  );
  writeConnection(dataDir, connection);
  return { ...connection, dataDir, world, restored, close };
}

const s3Credentials =
  (tokens: Tokens) =>
  (accessKeyId: string): { readonly token: Token; readonly secret: string } | undefined => {
    const [token, secret] = [tokens.get(accessKeyId), tokens.s3Secret(accessKeyId)];
    return token === undefined || secret === undefined ? undefined : { token, secret };
  };

function requireFrontPort(wanted: number | undefined, got: number): void {
  if (wanted === undefined || wanted === 0 || wanted === got) return;
  throw new UserError({
    what: "A port is taken",
    where: `127.0.0.1:${wanted}, for Workers (--front-port)`,
    got: "another process listens there",
    expected: "a free port",
    fix: "choose another one, or leave the option out: then a free one is found",
  });
}

async function servedProvider(
  options: EmbeddedOptions,
  last: number | undefined,
  apiOrigin: string,
  log: (line: string) => void,
): Promise<{ readonly port: number; readonly close: () => Promise<void> }> {
  const serve = (port: number) =>
    serveProvider({
      port,
      apiOrigin,
      log,
      ...(options.providerFolder === undefined ? {} : { folder: options.providerFolder }),
    });
  const wanted = options.providerPort || last || 0;
  if (wanted === 0) return serve(0);
  try {
    return await serve(wanted);
  } catch (error) {
    if (options.providerPort !== 0) throw error;
    log(
      `port ${wanted} of the provider is taken (${error instanceof Error ? error.message : String(error)}), it gets another one`,
    );
    return serve(0);
  }
}
