import type { Attribute, Attributes } from "../facts/facts.ts";
import { table } from "../resources/table.ts";

/** The package's schema as `pulumi import` reads it to write code: the kinds of the table, nested objects inline. */
export function schema(version: string): string {
  const resources = Object.fromEntries(
    [...table].map(([token, { facts }]) => {
      const inputs = Object.entries(facts.attributes).filter(
        ([, attribute]) => attribute.mode !== "computed",
      );
      return [
        token,
        {
          properties: properties(facts.attributes),
          inputProperties: properties(Object.fromEntries(inputs)),
          requiredInputs: inputs
            .filter(([, attribute]) => attribute.mode === "required")
            .map(([name]) => name),
        },
      ];
    }),
  );
  return JSON.stringify({
    name: "cloudflare",
    version,
    resources,
    language: { nodejs: { packageName: "@pulumi/cloudflare" } },
  });
}

const properties = (attributes: Attributes): object =>
  Object.fromEntries(
    Object.entries(attributes).map(([name, attribute]) => [
      name,
      { ...typeOf(attribute), ...(attribute.secret === true ? { secret: true } : {}) },
    ]),
  );

function typeOf(attribute: Attribute): object {
  const items =
    attribute.of === undefined
      ? attribute.items === undefined
        ? anything
        : { type: attribute.items }
      : { type: "object", additionalProperties: anything };
  switch (attribute.type) {
    case "list":
    case "set":
      return { type: "array", items };
    case "map":
      return { type: "object", additionalProperties: items };
    case "object":
      return { type: "object", additionalProperties: anything };
    case "any":
      return anything;
    case "string":
    case "number":
    case "integer":
    case "boolean":
      return { type: attribute.type };
    default:
      return attribute.type satisfies never;
  }
}

const anything = { $ref: "pulumi.json#/Any" };
