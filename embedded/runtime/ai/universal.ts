import { z } from "zod";
import { AiError, type AiResult } from "../ai.ts";
import type { AiGateways, GatewayOptions, Through } from "../ai-gateway.ts";

const headers = z.record(z.string(), z.unknown()).default({});
const steps = z
  .array(z.object({ provider: z.string(), endpoint: z.string(), headers, query: z.unknown() }))
  .min(1);
export type UniversalStep = z.infer<typeof steps>[number];

/** An answer of a gateway over HTTP, before it is written. */
export interface GatewayAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: { readonly json: unknown } | { readonly events: AsyncIterable<string> };
}

/** Attempts of one request, as they were sent. Throws {@link AiError} 2002 for anything else. */
export function universalSteps(value: unknown): readonly UniversalStep[] {
  const parsed = steps.safeParse(Array.isArray(value) ? value : [value]);
  if (parsed.success) return parsed.data;
  throw new AiError(400, 2002, `the request is malformed: ${z.prettifyError(parsed.error)}`);
}

/** One attempt after the other until one is answered; the last refusal where none is. */
export async function runUniversal(
  gateways: AiGateways,
  account: string,
  gateway: string,
  attempts: readonly UniversalStep[],
  sent: ReadonlyMap<string, string>,
): Promise<GatewayAnswer> {
  let refusal: AiError | undefined;
  for (const [step, { provider, endpoint, headers: own, query }] of attempts.entries()) {
    try {
      requireHere(provider);
      const said = new Map([
        ...sent,
        ...Object.entries(own).map(([name, value]) => [name.toLowerCase(), String(value)] as const),
      ]);
      const through = await gateways.run(account, optionsOf(gateway, said), {
        model: endpoint.replace(/^run\//, ""),
        inputs: query,
        step,
      });
      return answered(through, step);
    } catch (error) {
      if (!(error instanceof AiError)) throw error;
      refusal = error;
      // The gateway's own refusals hold for every attempt.
      if (error.internalCode === 2001 || error.internalCode === 2003) break;
    }
  }
  return refused(refusal ?? new AiError(400, 2002, "the request is malformed: it has no attempt"));
}

/** Other providers are other companies' servers. */
function requireHere(provider: string): void {
  if (provider !== "workers-ai")
    throw new AiError(
      501,
      2004,
      `the embedded Cloudflare reaches no provider but workers-ai, got ${provider}: on a real account this request goes to it`,
    );
}

/** What a request's headers say of the gateway; names are lower-case. */
export function optionsOf(gateway: string, said: ReadonlyMap<string, string>): GatewayOptions {
  const ttl = said.get("cf-aig-cache-ttl");
  const collect = said.get("cf-aig-collect-log");
  const metadata = said.get("cf-aig-metadata");
  return {
    id: gateway,
    skipCache: said.get("cf-aig-skip-cache") === "true",
    cacheTtl: ttl === undefined ? undefined : seconds(ttl),
    cacheKey: said.get("cf-aig-cache-key"),
    collectLog: collect === undefined ? undefined : collect === "true",
    metadata: metadata === undefined ? undefined : metadataIn(metadata),
  };
}

function seconds(text: string): number {
  const value = Number(text);
  if (Number.isFinite(value) && value >= 0) return value;
  throw new AiError(400, 2002, `cf-aig-cache-ttl must be a number of seconds, got ${JSON.stringify(text)}`);
}

function metadataIn(text: string): Readonly<Record<string, unknown>> {
  try {
    return z.record(z.string(), z.unknown()).parse(JSON.parse(text));
  } catch {
    throw new AiError(400, 2002, `cf-aig-metadata must be a JSON object, got ${JSON.stringify(text)}`);
  }
}

/** As Workers AI answers over HTTP. */
const answered = ({ result, cacheStatus, logId }: Through, step: number): GatewayAnswer => ({
  status: 200,
  headers: {
    "content-type": result.kind === "json" ? "application/json" : "text/event-stream",
    "cf-aig-cache-status": cacheStatus,
    "cf-aig-step": String(step),
    ...(logId !== undefined && { "cf-aig-log-id": logId }),
  },
  body: bodyOf(result),
});

const bodyOf = (result: AiResult): GatewayAnswer["body"] =>
  result.kind === "json"
    ? { json: { result: result.value, success: true, errors: [], messages: [] } }
    : { events: result.events };

/** A gateway's own refusals are a list under `error`; a provider's are its own: those of Workers AI under `errors`. */
export const refused = ({ status, internalCode: code, message }: AiError): GatewayAnswer => ({
  status,
  headers: { "content-type": "application/json" },
  body: {
    json:
      code < 3000
        ? { success: false, result: [], messages: [], error: [{ code, message }] }
        : { success: false, result: null, messages: [], errors: [{ code, message: `AiError: ${message}` }] },
  },
});
