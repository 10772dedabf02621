import type { IncomingMessage, ServerResponse } from "node:http";
import { z } from "zod";
import { parsedJson } from "../../../src/files/json.ts";
import { readBody } from "../body.ts";
import { type Vector, type VectorEngine, VectorError, type VectorQuery } from "../vectors.ts";
import { vectorLimits } from "./validate.ts";

/** One line of a bulk write. */
const vectorShape = z.object({
  id: z.string(),
  values: z.array(z.number()),
  namespace: z.string().nullish(),
  metadata: z.record(z.string(), z.unknown()).nullish(),
});

/** A query as the binding and the API send it. */
const queryShape = z.object({
  vector: z.array(z.number()).optional(),
  vectorId: z.string().optional(),
  topK: z.number().nullish(),
  returnValues: z.boolean().nullish(),
  returnMetadata: z.enum(["none", "indexed", "all"]).nullish(),
  namespace: z.string().nullish(),
  filter: z.unknown().optional(),
});

const idsShape = z.object({ ids: z.array(z.string()) });

/** Reads newline-delimited JSON. `onBad` is asked about every line that is no vector: "discard" skips it. */
export function readVectors(text: string, onBad: "error" | "discard" = "error"): readonly Vector[] {
  const vectors: Vector[] = [];
  for (const [i, line] of text.split("\n").entries()) {
    if (line.trim() === "") continue;
    const parsed = vectorShape.safeParse(parsedJson(line));
    if (parsed.success) {
      const { id, values, namespace, metadata } = parsed.data;
      vectors.push({
        id,
        values,
        ...(namespace === null || namespace === undefined || namespace === "" ? {} : { namespace }),
        ...(metadata === null || metadata === undefined ? {} : { metadata }),
      });
    } else if (onBad === "error") {
      throw new VectorError(
        40_023,
        `failed to parse vectors request in ndjson format: line ${i + 1} was not expected format: ${z.prettifyError(parsed.error)}`,
      );
    }
  }
  return vectors;
}

/** Reads a query with Vectorize's defaults: 5 matches, no values, no metadata. */
export function readQuery(body: unknown): VectorQuery {
  const parsed = queryShape.safeParse(body);
  if (!parsed.success) throw notParsed(z.prettifyError(parsed.error));
  const { vector, vectorId, topK, returnValues, returnMetadata, namespace, filter } = parsed.data;
  const target = vector ?? (vectorId === undefined ? undefined : { vectorId });
  if (target === undefined) throw notParsed("vector: expected an array of numbers");
  return {
    vector: target,
    topK: topK ?? 5,
    returnValues: returnValues ?? false,
    returnMetadata: returnMetadata ?? "none",
    ...(namespace === null || namespace === undefined ? {} : { namespace }),
    ...(filter === undefined ? {} : { filter }),
  };
}

/** Answers workerd's Vectorize binding: bare results with 200, `{code, error}` otherwise. */
export async function handleVectorRequest(
  engine: VectorEngine,
  indexId: string,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const send = (status: number, body: unknown): void => {
    response.writeHead(status, { "content-type": "application/json" });
    response.end(JSON.stringify(body));
  };
  try {
    send(
      200,
      answer(
        engine,
        indexId,
        `${request.method} ${new URL(request.url ?? "/", "http://vector-search").pathname}`,
        (await readBody(request)).toString("utf8"),
      ),
    );
  } catch (error) {
    if (!(error instanceof VectorError)) throw error;
    send(400, { code: error.code, error: error.message });
  }
}

function answer(engine: VectorEngine, indexId: string, route: string, body: string): unknown {
  switch (route) {
    case "GET /info":
      return engine.info(indexId);
    case "POST /insert":
    case "POST /upsert": {
      const vectors = readVectors(body);
      if (vectors.length > vectorLimits.vectorsPerBindingRequest)
        throw new VectorError(
          40_007,
          `too many vectors in payload; max vector count is ${vectorLimits.vectorsPerBindingRequest}, got ${vectors.length}`,
        );
      return { mutationId: engine.write(indexId, route === "POST /insert" ? "insert" : "upsert", vectors) };
    }
    case "POST /query":
      return engine.query(indexId, readQuery(parseBody(body)));
    case "POST /getByIds":
      return engine.getByIds(indexId, ids(body));
    case "POST /deleteByIds":
      return { mutationId: engine.deleteByIds(indexId, ids(body)) };
    default:
      throw new VectorError(40_404, `a Vectorize index does not answer ${route}`);
  }
}

function ids(body: string): readonly string[] {
  const parsed = idsShape.safeParse(parseBody(body));
  if (!parsed.success) throw notParsed(z.prettifyError(parsed.error));
  return parsed.data.ids;
}

/** The JSON of a request's body; throws Vectorize's 40026 when it is none. */
export function parseBody(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch (error) {
    throw notParsed(error instanceof Error ? error.message : String(error));
  }
}

const notParsed = (detail: string): VectorError =>
  new VectorError(40_026, `Failed to parse the request body as JSON: ${detail}`);
