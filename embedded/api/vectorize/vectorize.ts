import { randomBytes } from "node:crypto";
import { z } from "zod";
import { parseBody, readQuery, readVectors } from "../../runtime/vectors/http.ts";
import { vectorLimits } from "../../runtime/vectors/validate.ts";
import { type IndexConfig, VectorError } from "../../runtime/vectors.ts";
import { NameTaken, type Stored } from "../../state.ts";
import type { World } from "../../world.ts";
import {
  ApiError,
  type ApiRequest,
  largeBody,
  ok,
  type Reply,
  type Route,
  type Service,
} from "../http/service.ts";

const kind = "vectorize";

const config = z.object({
  dimensions: z.int().min(1).max(vectorLimits.dimensions),
  metric: z.enum(["cosine", "euclidean", "dot-product"]),
});
const body = z.object({ description: z.string(), config, createdOn: z.string(), modifiedOn: z.string() });

const presets = {
  "@cf/baai/bge-small-en-v1.5": { dimensions: 384, metric: "cosine" },
  "@cf/baai/bge-base-en-v1.5": { dimensions: 768, metric: "cosine" },
  "@cf/baai/bge-large-en-v1.5": { dimensions: 1024, metric: "cosine" },
  "openai/text-embedding-ada-002": { dimensions: 1536, metric: "cosine" },
  "cohere/embed-multilingual-v2.0": { dimensions: 768, metric: "dot-product" },
} as const satisfies Record<string, IndexConfig>;

const createShape = z.object({
  name: z.string(),
  description: z.string().nullish(),
  config: z.union([config, z.object({ preset: z.enum(Object.keys(presets)) })]),
});
const idsShape = z.object({ ids: z.array(z.string()) });
const metadataShape = z.object({
  propertyName: z.string().min(1).max(512),
  indexType: z.enum(["string", "number", "boolean"]),
});
const propertyShape = z.object({ propertyName: z.string() });

function requireIndex(request: ApiRequest, { state }: World): Stored {
  const name = request.params["index"] ?? "";
  const found = state.byName(request.account.id, kind, name);
  if (found === undefined) throw new ApiError(404, 3000, `vectorize.index.not_found - Index name "${name}"`);
  return found;
}

function shown(stored: Pick<Stored, "name" | "body">): object {
  const { description, config: shape, createdOn, modifiedOn } = body.parse(stored.body);
  return { name: stored.name, description, config: shape, created_on: createdOn, modified_on: modifiedOn };
}

async function create(request: ApiRequest, { state, vectors }: World): Promise<Reply> {
  const sent = await request.json(createShape);
  if (!/^[a-z][a-z0-9_-]{0,62}[a-z0-9]$/.test(sent.name))
    throw new ApiError(
      400,
      3003,
      `vectorize.index.invalid_name - Index name ${JSON.stringify(sent.name)}: 2 to 64 lower-case letters, digits, dashes and underscores, beginning with a letter and ending with a letter or a digit`,
    );
  const shape: IndexConfig = "preset" in sent.config ? presetNamed(sent.config.preset) : sent.config;
  const now = new Date().toISOString();
  const remembered = { description: sent.description ?? "", config: shape, createdOn: now, modifiedOn: now };
  const id = randomBytes(16).toString("hex");
  try {
    state.transaction(() => {
      state.insert(request.account.id, kind, id, sent.name, remembered);
      vectors.create(id, shape);
    });
  } catch (error) {
    if (!(error instanceof NameTaken)) throw error;
    throw new ApiError(409, 3002, `vectorize.index.duplicate_name - Index name "${sent.name}"`);
  }
  return ok(shown({ name: sent.name, body: remembered }));
}

function presetNamed(name: string): IndexConfig {
  const found = Object.entries(presets).find(([preset]) => preset === name);
  if (found === undefined) throw new Error(`the shape let the unknown preset ${name} through`);
  return found[1];
}

function remove(request: ApiRequest, world: World): Reply {
  const index = requireIndex(request, world);
  world.state.transaction(() => {
    world.state.remove(request.account.id, kind, index.id);
    world.vectors.remove(index.id);
  });
  return ok(null);
}

async function write(request: ApiRequest, world: World, mode: "insert" | "upsert"): Promise<Reply> {
  const index = requireIndex(request, world);
  const onBad = request.url.searchParams.get("unparsable-behavior") === "discard" ? "discard" : "error";
  return ok({ mutationId: world.vectors.write(index.id, mode, readVectors(await lines(request), onBad)) });
}

/** The vectors as one text: the body itself, or the file `vectors` of a form, which is what wrangler sends. */
async function lines(request: ApiRequest): Promise<string> {
  if (!(request.headers.get("content-type") ?? "").startsWith("multipart/form-data"))
    return Buffer.from(await request.bytes()).toString("utf8");
  const part = (await request.form()).get("vectors");
  if (part === null)
    throw new VectorError(40_023, 'failed to parse vectors request: the form has no part "vectors"');
  return typeof part === "string" ? part : await part.text();
}

async function json(request: ApiRequest): Promise<unknown> {
  if (!(request.headers.get("content-type") ?? "").startsWith("application/json"))
    throw new VectorError(40_026, "Expected request with `Content-Type: application/json`");
  return parseBody(Buffer.from(await request.bytes()).toString("utf8"));
}

async function shaped<T>(request: ApiRequest, shape: z.ZodType<T>): Promise<T> {
  const parsed = shape.safeParse(await json(request));
  if (!parsed.success)
    throw new VectorError(
      40_026,
      `Failed to parse the request body as JSON: ${z.prettifyError(parsed.error)}`,
    );
  return parsed.data;
}

function listVectors(request: ApiRequest, world: World): Reply {
  const index = requireIndex(request, world);
  const count = Number(request.url.searchParams.get("count") ?? "100");
  if (!Number.isInteger(count) || count < 1 || count > 1000)
    throw new VectorError(
      40_026,
      `count must be a whole number from 1 to 1000, got ${JSON.stringify(request.url.searchParams.get("count"))}`,
    );
  const sent = request.url.searchParams.get("cursor");
  const { ids, cursor, total } = world.vectors.list(index.id, {
    count,
    ...(sent === null || sent === "" ? {} : { cursor: Buffer.from(sent, "base64url").toString("utf8") }),
  });
  return ok({
    count: ids.length,
    isTruncated: cursor !== undefined,
    totalCount: total,
    vectors: ids.map((id) => ({ id })),
    nextCursor: cursor === undefined ? null : Buffer.from(cursor).toString("base64url"),
    cursorExpirationTimestamp: null,
  });
}

const all = "/accounts/:account/vectorize/v2/indexes";
const one = `${all}/:index`;

type Handle = Route["handle"];

/** Refusals of the vector engine are Cloudflare's 400 with its code. */
const orApiError =
  (handle: Handle): Handle =>
  async (request, world) => {
    try {
      return await handle(request, world);
    } catch (error) {
      throw error instanceof VectorError ? new ApiError(400, error.code, error.message) : error;
    }
  };

const read = (path: string, handle: Handle): Route => ({
  method: "GET",
  path,
  permission: "Vectorize:Read",
  handle: orApiError(handle),
});
const ask = (path: string, handle: Handle): Route => ({
  method: "POST",
  path,
  permission: "Vectorize:Read",
  handle: orApiError(handle),
});
const edit = (path: string, handle: Handle): Route => ({
  method: "POST",
  path,
  permission: "Vectorize:Edit",
  body: largeBody,
  handle: orApiError(handle),
});

export const vectorize: Service = {
  name: "vectorize",
  routes: [
    edit(all, create),
    read(all, (request, { state }) => ok(state.list(request.account.id, kind).map(shown))),
    read(one, (request, world) => ok(shown(requireIndex(request, world)))),
    { method: "DELETE", path: one, permission: "Vectorize:Edit", handle: remove },
    read(`${one}/info`, (request, world) => ok(world.vectors.info(requireIndex(request, world).id))),
    read(`${one}/list`, listVectors),
    edit(`${one}/insert`, (request, world) => write(request, world, "insert")),
    edit(`${one}/upsert`, (request, world) => write(request, world, "upsert")),
    ask(`${one}/query`, async (request, world) =>
      ok(world.vectors.query(requireIndex(request, world).id, readQuery(await json(request)))),
    ),
    ask(`${one}/get_by_ids`, async (request, world) =>
      ok(world.vectors.getByIds(requireIndex(request, world).id, (await shaped(request, idsShape)).ids)),
    ),
    edit(`${one}/delete_by_ids`, async (request, world) =>
      ok({
        mutationId: world.vectors.deleteByIds(
          requireIndex(request, world).id,
          (await shaped(request, idsShape)).ids,
        ),
      }),
    ),
    read(`${one}/metadata_index/list`, (request, world) =>
      ok({ metadataIndexes: world.vectors.metadataIndexes(requireIndex(request, world).id) }),
    ),
    edit(`${one}/metadata_index/create`, async (request, world) => {
      const { propertyName, indexType } = await shaped(request, metadataShape);
      return ok({
        mutationId: world.vectors.createMetadataIndex(
          requireIndex(request, world).id,
          propertyName,
          indexType,
        ),
      });
    }),
    edit(`${one}/metadata_index/delete`, async (request, world) => {
      const { propertyName } = await shaped(request, propertyShape);
      return ok({
        mutationId: world.vectors.deleteMetadataIndex(requireIndex(request, world).id, propertyName),
      });
    }),
  ],
};
