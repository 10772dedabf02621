import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { logInternalErrors } from "../embedded/internal-errors.ts";
import { type ServedProvider, serveProvider } from "../embedded/provider/protocol/serve.ts";
import type { Clone } from "./clone.ts";

/** Lets a project's commands, and the provider of its engine, call the embedded API by another address, such as that of a proxy. */
export async function callThrough(project: Clone, baseUrl: string): Promise<ServedProvider> {
  const provider = await serveProvider({
    port: 0,
    apiOrigin: new URL(baseUrl).origin,
    folder: project.folder,
    log: logInternalErrors,
  });
  const path = join(project.folder, ".lockstep/embedded/connection.json");
  const connection = JSON.parse(readFileSync(path, "utf8"));
  writeFileSync(path, JSON.stringify({ ...connection, api: baseUrl, providerPort: provider.port }));
  return provider;
}
