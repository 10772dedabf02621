import type provider from "@pulumi/pulumi/proto/provider_pb.js";
import type { HookContext } from "./kind.ts";

/** Data sources. */
export async function invoke(
  request: InstanceType<typeof provider.InvokeRequest>,
  _context: HookContext | undefined,
): Promise<InstanceType<typeof provider.InvokeResponse>> {
  throw new Error(`${request.getTok()} is not served by the embedded Cloudflare.`);
}
