import type { AnyNode, CallExpression, Identifier } from "acorn";
import { argumentAt, callsOf, entry, functionNamed, listBehind } from "../syntax/call-sites.ts";
import { definitionOf, type Parameter } from "../syntax/definitions.ts";
import { valuesOfMember } from "../syntax/members.ts";
import { propertyName, returned } from "../syntax/nodes.ts";
import { opened, type Reading } from "./reading.ts";
import { along, alternatives, only, type Variants } from "./variants.ts";
import { placeOf } from "./written.ts";

/** The name by which something was taken out of an object, `DB` of `env.DB`; undefined for what the bundle does not show. */
export type Receiver = string | undefined;
type Receivers = Variants<Receiver>;

const unknown: Receivers = only(undefined);

/** What an object that statements are given to can be: followed through variables, parameters, fields and helpers. */
export function receiversOf(node: AnyNode, reading: Reading): Receivers {
  if (reading.open.has(node)) return unknown;
  const inside = opened(reading, node);
  switch (node.type) {
    case "Identifier":
      return namedReceivers(node, inside);
    case "MemberExpression": {
      const name = propertyName(node);
      const given = node.object.type === "ThisExpression" ? valuesOfMember(reading.syntax, node) : [];
      return given.length === 0
        ? only(name)
        : alternatives(
            placeOf(node),
            given.map((value) => receiversOf(value, inside)),
          );
    }
    case "ConditionalExpression":
      return alternatives(placeOf(node), [
        receiversOf(node.consequent, inside),
        receiversOf(node.alternate, inside),
      ]);
    case "LogicalExpression":
      return alternatives(placeOf(node), [receiversOf(node.left, inside), receiversOf(node.right, inside)]);
    case "AssignmentExpression":
      return receiversOf(node.right, inside);
    case "AwaitExpression":
      return receiversOf(node.argument, inside);
    case "ChainExpression":
      return receiversOf(node.expression, inside);
    case "CallExpression":
      return resultReceivers(node, inside);
    default:
      return unknown;
  }
}

function namedReceivers(name: Identifier, reading: Reading): Receivers {
  const { syntax } = reading;
  const variable = syntax.variableOf(name);
  if (variable === undefined) return unknown;
  const definition = definitionOf(syntax, variable);
  switch (definition.kind) {
    case "unknown":
      return unknown;
    case "part":
      return only(definition.name);
    case "parameter":
      return parameterReceivers(definition.parameter, reading);
    case "variable": {
      const written = definition.writes.flatMap((write) =>
        write.type === "AssignmentExpression" ? [write.right] : [],
      );
      const values = [...(definition.init ? [definition.init] : []), ...written];
      return values.length === 0
        ? unknown
        : alternatives(
            placeOf(variable.declared),
            values.map((value) => receiversOf(value, reading)),
          );
    }
  }
}

function parameterReceivers(parameter: Parameter, reading: Reading): Receivers {
  const list = listBehind(reading.syntax, parameter);
  if (list?.type === "ArrayExpression")
    return alternatives(
      entry(parameter),
      list.elements.flatMap((each) =>
        each === null || each.type === "SpreadElement" ? [unknown] : [receiversOf(each, reading)],
      ),
    );
  const calls = callsOf(reading.syntax, parameter.owner);
  if (calls.length === 0) return parameter.name === undefined ? unknown : only(parameter.name);
  return calls.flatMap((call) => {
    const given = argumentAt(call, parameter);
    const receivers = given !== undefined ? receiversOf(given, reading) : only(parameter.name);
    return along(receivers, new Map([[entry(parameter), call.at]]));
  });
}

/** What a helper returns; and of a method that is not the bundle's, what it is called on: `db.withSession()` is the same database. */
function resultReceivers(node: CallExpression, reading: Reading): Receivers {
  const owner = functionNamed(reading.syntax, node.callee);
  const value = owner === undefined || reading.open.has(owner) ? undefined : returned(owner);
  if (owner !== undefined && value !== undefined)
    // Of all the calls that lead into the helper, only this one.
    return along(receiversOf(value, opened(reading, owner)), new Map([[entry({ owner }), node.start]]));
  const { callee } = node;
  if (owner !== undefined || callee.type !== "MemberExpression" || callee.object.type === "Super")
    return unknown;
  return receiversOf(callee.object, reading);
}
