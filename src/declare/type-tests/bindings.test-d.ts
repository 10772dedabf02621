// Checked by tsc: every line under an expectation has to be a mistake, everything else has to compile.
import {
  analyticsEngine,
  dispatchNamespace,
  type EnvOf,
  mtlsCertificate,
  objectBackup,
  perStage,
  pipeline,
  rateLimit,
  raw,
  secretKey,
  secretsStoreSecret,
  sendEmail,
  vpcNetwork,
  type Worker,
  worker,
  workerLoader,
  workflow,
} from "../index.ts";
import { settings } from "./same.ts";

rateLimit({
  namespaceId: perStage({ dev: "1", prod: "2" }),
  limit: 5,
  periodSeconds: 60,
  mitigationSeconds: 600,
});
// @ts-expect-error Cloudflare counts in periods of 10 or 60 seconds
rateLimit({ namespaceId: "1", limit: 5, periodSeconds: 30 });
// @ts-expect-error which calls count together is not optional
rateLimit({ limit: 5, periodSeconds: 60 });
// @ts-expect-error an id is a text
rateLimit({ namespaceId: 1, limit: 5, periodSeconds: 60 });

workflow("sign-up", { className: "SignUp", maxSteps: 100, maxConcurrency: 5, physicalName: "{name}" });
// @ts-expect-error a Workflow has a class
workflow("sign-up", {});
// @ts-expect-error the worker is named by a function, so that two workers can name each other
workflow("sign-up", { className: "SignUp", of: worker("mailer", settings) });

sendEmail();
sendEmail({
  destinationAddress: perStage({ dev: "a@example.com" }),
  allowedSenderAddresses: ["b@example.com"],
});
sendEmail({ allowedDestinationAddresses: ["a@example.com"] });
// @ts-expect-error one address or some, not both
sendEmail({ destinationAddress: "a@example.com", allowedDestinationAddresses: ["a@example.com"] });
// @ts-expect-error a list
sendEmail({ allowedSenderAddresses: "b@example.com" });

analyticsEngine(perStage({ dev: "clicks_dev" }));
// @ts-expect-error a dataset has a name
analyticsEngine();
secretsStoreSecret({ storeId: perStage({ dev: "a" }), secretName: "stripe" });
// @ts-expect-error a secret is in a store
secretsStoreSecret({ secretName: "stripe" });
secretKey("signing", {
  format: "jwk",
  algorithm: { name: "HMAC", hash: "SHA-256" },
  usages: ["sign", "verify"],
});
// @ts-expect-error there is no such format
secretKey("signing", { format: "pem", algorithm: "HMAC", usages: ["sign"] });
// @ts-expect-error there is no such usage
secretKey("signing", { format: "raw", algorithm: "HMAC", usages: ["read"] });
mtlsCertificate(perStage({ dev: "a" }));
vpcNetwork({ networkId: "cf1:network" });
// @ts-expect-error a network is named in one way
vpcNetwork({ networkId: "cf1:network", tunnelId: "id" });
// @ts-expect-error a network is named
vpcNetwork({});
dispatchNamespace("customers", {
  outbound: { worker: (): Worker => worker("gate", settings), parameters: ["who"] },
});
// @ts-expect-error who runs in it is said by the code
dispatchNamespace("customers", { script: "a" });
// @ts-expect-error what is loaded is said by the code
workerLoader("code");
raw({ type: "next", some_id: "a", list: [{ deep: true }] });
// @ts-expect-error a binding has a type
raw({ some_id: "a" });
// @ts-expect-error only what JSON can hold
raw({ type: "next", run: () => 1 });

const api = worker("api", {
  ...settings,
  durableObjects: { Box: { container: true } },
  env: {
    LIMIT: rateLimit({ namespaceId: "1", limit: 5, periodSeconds: 60 }),
    SIGN_UP: workflow<{ readonly email: string }>("sign-up", { className: "SignUp" }),
    ANY: workflow("any", { className: "Any" }),
    MAIL: sendEmail(),
    ROWS: pipeline<{ readonly page: string }>("id"),
    NEXT: raw({ type: "next" }),
  },
});

export const used = async (env: EnvOf<typeof api>): Promise<void> => {
  const { success } = await env.LIMIT.limit({ key: "a" });
  success satisfies boolean;
  const instance = await env.SIGN_UP.create({ params: { email: "a@example.com" } });
  (await instance.status()).status satisfies string;
  await env.ANY.create({ params: 3 });
  await env.MAIL.send({ from: "a@example.com", to: "b@example.com", subject: "Hello", text: "…" });
  await env.ROWS.send([{ page: "/" }]);
  // @ts-expect-error what a Workflow is started with has the type that its declaration says
  await env.SIGN_UP.create({ params: { mail: "a@example.com" } });
  // @ts-expect-error rows have the pipeline's type
  await env.ROWS.send([{ url: "/" }]);
  // @ts-expect-error a key is said
  await env.LIMIT.limit();
  // @ts-expect-error nothing is known of what is bound raw
  await env.NEXT.send();
};

/** A class as a worker has it, of which only the methods matter here. */
interface Stored {
  exportStorage(): ReadableStream<Uint8Array>;
  importStorage(exported: ReadableStream<Uint8Array>): Promise<void>;
  say(text: string): string;
}
objectBackup<Stored>({ export: "exportStorage", import: "importStorage" });
objectBackup({ export: "anything", import: "unchecked" });
// @ts-expect-error it has no such method
objectBackup<Stored>({ export: "exportAll", import: "importStorage" });
// @ts-expect-error it gives no stream out
objectBackup<Stored>({ export: "say", import: "importStorage" });
