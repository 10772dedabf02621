import struct from "google-protobuf/google/protobuf/struct_pb.js";
import { isList, isObject, unknown, unknownSentinels, type Value, type Values } from "../plan/values.ts";

type Struct = InstanceType<typeof struct.Struct>;
type StructValue = InstanceType<typeof struct.Value>;

const signatureKey = "4dabf18193072939515e22adb298388d";
const secretSignature = "1b47061264138c4ac30d75fd1eb44270";
const resourceSignature = "5cf8f73096256a8f31e491e813e4eb8e";
const outputSignature = "d0e6a833031e9bbcd3f4e8bde6ca49a4";

/** Marks a value as secret in what is sent to the engine. */
export const secret = (value: Value): Value =>
  isSecret(value) ? value : { [signatureKey]: secretSignature, value };
export const isSecret = (value: Value): boolean => isObject(value) && value[signatureKey] === secretSignature;

/** A message of the engine as plain values: sentinels unified, secrets and outputs unwrapped, resources as their ids, nulls left out. */
export function fromStruct(message: Struct | undefined): Values {
  if (message === undefined) return {};
  const result: Record<string, Value> = {};
  message.getFieldsMap().forEach((field: StructValue, name: string) => {
    const value = fromValue(field);
    if (value !== null) result[name] = value;
  });
  return result;
}

function fromValue(message: StructValue): Value {
  switch (message.getKindCase()) {
    case struct.Value.KindCase.BOOL_VALUE:
      return message.getBoolValue();
    case struct.Value.KindCase.NUMBER_VALUE:
      return message.getNumberValue();
    case struct.Value.KindCase.STRING_VALUE: {
      const value = message.getStringValue();
      return unknownSentinels.has(value) ? unknown : value;
    }
    case struct.Value.KindCase.LIST_VALUE:
      return (message.getListValue()?.getValuesList() ?? []).map(fromValue);
    case struct.Value.KindCase.STRUCT_VALUE:
      return unwrap(fromStruct(message.getStructValue()));
    default:
      return null;
  }
}

/** The engine wraps what a plain value cannot say; this provider asked it not to, but an older one may. */
function unwrap(value: Values): Value {
  switch (value[signatureKey]) {
    case secretSignature:
      return value["value"] ?? null;
    case outputSignature:
      return value["value"] ?? unknown;
    case resourceSignature:
      return value["id"] ?? unknown;
    default:
      return value;
  }
}

export function toStruct(values: Values): Struct {
  const message = new struct.Struct();
  const fields = message.getFieldsMap();
  for (const [name, value] of Object.entries(values)) if (value !== null) fields.set(name, toValue(value));
  return message;
}

function toValue(value: Value): StructValue {
  const message = new struct.Value();
  if (value === null) message.setNullValue(struct.NullValue.NULL_VALUE);
  else if (typeof value === "boolean") message.setBoolValue(value);
  else if (typeof value === "number") message.setNumberValue(value);
  else if (typeof value === "string") message.setStringValue(value);
  else if (isList(value)) message.setListValue(new struct.ListValue().setValuesList(value.map(toValue)));
  else message.setStructValue(toStruct(value));
  return message;
}
