import grpc from "@grpc/grpc-js";
import provider from "@pulumi/pulumi/proto/provider_pb.js";
import status from "@pulumi/pulumi/proto/status_pb.js";
import any from "google-protobuf/google/protobuf/any_pb.js";
import { UserError } from "../../../src/diagnostic/user-error.ts";
import { ApiFailure } from "../client/http.ts";
import { InitFailed } from "../lifecycle/lifecycle.ts";
import type { Values } from "../values/values.ts";
import { toStruct } from "./struct.ts";

/** An error as gRPC carries it to the engine. What nobody foresaw keeps its stack in the log. */
export function rpcError(
  error: unknown,
  log: (line: string) => void,
  inputs?: Values,
): grpc.ServiceError | Partial<grpc.StatusObject> {
  if (error instanceof InitFailed) return initFailed(error, inputs ?? {});
  const message = error instanceof Error ? error.message : String(error);
  if (!(error instanceof ApiFailure || error instanceof UserError))
    log(`provider: ${error instanceof Error ? (error.stack ?? message) : message}`);
  return { code: grpc.status.UNKNOWN, details: message };
}

/** The engine reads at most 16 MB of what comes with an error, in base64; more would end the whole connection. */
const largestPropertyBytes = 2 * 1024 * 1024;

/** What is too large for an error is left out: the next run finds it missing and says it again. */
const carriable = (values: Values): Values =>
  Object.fromEntries(
    Object.entries(values).filter(
      ([, value]) => Buffer.byteLength(JSON.stringify(value)) <= largestPropertyBytes,
    ),
  );

/** The engine stores id and properties, shows the reasons, and updates the resource next time. */
function initFailed(error: InitFailed, inputs: Values): Partial<grpc.StatusObject> {
  const detail = new provider.ErrorResourceInitFailed();
  detail.setId(error.deployed.id);
  detail.setProperties(toStruct(carriable(error.deployed.outputs)));
  detail.setReasonsList([error.message]);
  detail.setInputs(toStruct(carriable(inputs)));
  const packed = new any.Any();
  packed.pack(detail.serializeBinary(), "pulumirpc.ErrorResourceInitFailed");
  const whole = new status.Status();
  whole.setCode(grpc.status.UNKNOWN);
  whole.setMessage(error.message);
  whole.addDetails(packed);
  const metadata = new grpc.Metadata();
  metadata.add("grpc-status-details-bin", Buffer.from(whole.serializeBinary()));
  return { code: grpc.status.UNKNOWN, details: error.message, metadata };
}
