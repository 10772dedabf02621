import { bindingsOf, carriers, variableOf } from "../../seen/bindings.ts";
import type { SeenResource } from "../../seen/resource.ts";
import { types } from "../../seen/types.ts";
import { numberAt, textAt, unknown } from "../../seen/values.ts";
import { about, cannotTell, type StackFinding, type StackRule, violation, warning } from "../rule.ts";

/** Numbers in a vector of models that make some, as their makers said in November 2026. */
const dimensionsOf: Readonly<Record<string, number>> = {
  "@cf/baai/bge-small-en-v1.5": 384,
  "@cf/baai/bge-base-en-v1.5": 768,
  "@cf/baai/bge-large-en-v1.5": 1024,
  "@cf/baai/bge-m3": 1024,
  "@cf/google/embeddinggemma-300m": 768,
  "@cf/qwen/qwen3-embedding-0.6b": 1024,
  "text-embedding-ada-002": 1536,
  "text-embedding-3-small": 1536,
  "text-embedding-3-large": 3072,
};

/** An index takes vectors of one length for ever, and refuses every other. */
export const vectorsFitModels: StackRule = {
  id: "vectors-fit-models",
  title: "A Vectorize index has the dimensions of the model that a worker names in a variable beside it.",
  why: "Vectorize refuses every vector of another length, at the first insert; and the dimensions of an index never change.",
  remediation:
    "Make an index with the model's dimensions beside it, or use a model that fits. Shorter vectors that the code fills up with zeros are listed in `padded`.",
  severity: "high",
  levels: { protected: "mandatory", others: "advisory" },
  warns: true,
  settings: {
    padded: {
      kind: "list",
      says: "Indexes whose vectors the code fills up with zeros, by their names at Cloudflare or their logical names",
    },
  },
  checkStack(resources, { list }) {
    const padded = list("padded");
    const indexes = resources.filter(({ type }) => type === types.vectorize);
    return resources
      .filter(({ type }) => carriers.includes(type))
      .flatMap((worker): StackFinding[] => {
        const bindings = bindingsOf(worker);
        if (bindings === unknown)
          return indexes.length === 0
            ? []
            : [about(worker, cannotTell(worker, "which index and which model it uses"))];
        const models = bindings.known.flatMap((binding) => {
          const value = variableOf(binding);
          return typeof value === "string" && dimensionsOf[value] !== undefined
            ? [{ variable: binding.name, model: value, dimensions: dimensionsOf[value] }]
            : [];
        });
        const bound = bindings.known
          .filter(({ type }) => type === "vectorize")
          .map(({ props }) => textAt(props, "indexName"));
        if (models.length === 0 || bound.length === 0) return [];
        return bound.flatMap((name): StackFinding[] => {
          if (name === unknown) return [about(worker, cannotTell(worker, "which index it binds"))];
          const index = indexes.find(({ props }) => textAt(props, "name") === name);
          return index === undefined ? [] : ofIndex(worker, index, models, padded);
        });
      });
  },
};

interface Model {
  readonly variable: string;
  readonly model: string;
  readonly dimensions: number;
}

function ofIndex(
  worker: SeenResource,
  index: SeenResource,
  models: readonly Model[],
  padded: readonly string[],
): StackFinding[] {
  const dimensions = numberAt(index.props, "dimensions");
  if (dimensions === unknown) return [about(worker, cannotTell(index, "dimensions"))];
  // With several models in its variables the worker may use each for another index.
  if (dimensions === undefined || models.some((model) => model.dimensions === dimensions)) return [];
  const [model] = models;
  const name = textAt(index.props, "name");
  const isPadded = padded.includes(index.name) || (typeof name === "string" && padded.includes(name));
  if (model === undefined) return [];
  const said = `${worker.name} names the model ${model.model} in ${model.variable}, whose vectors have ${model.dimensions} numbers; its index ${index.name} has ${dimensions}`;
  if (model.dimensions > dimensions)
    return [
      about(
        worker,
        violation(`${said}: Vectorize refuses them. Make an index of ${model.dimensions} beside it.`),
      ),
    ];
  return isPadded
    ? []
    : [
        about(
          worker,
          warning(
            `${said}: Vectorize refuses them unless the code fills them up. If it does, list the index in padded.`,
          ),
        ),
      ];
}
