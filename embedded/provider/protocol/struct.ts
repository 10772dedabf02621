import struct from "google-protobuf/google/protobuf/struct_pb.js";
import {
  outputSignature,
  resourceSignature,
  secretSignature,
  signatureKey,
  unknownValue,
  unknownValues,
} from "../../../src/engine/property-values.ts";
import { isList, type Value, type Values } from "../values/values.ts";

type Struct = InstanceType<typeof struct.Struct>;
type StructValue = InstanceType<typeof struct.Value>;

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
      return unknownValues.has(value) ? unknownValue : value;
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
      return value["value"] ?? unknownValue;
    case resourceSignature:
      return value["id"] ?? unknownValue;
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
