import type { StageText } from "./stage-text.ts";

/**
 * A client certificate, bound by {@link mtlsCertificate}.
 *
 * @example
 * const certificate: MtlsCertificate = mtlsCertificate("9c41…");
 */
export interface MtlsCertificate {
  readonly kind: "mtlsCertificate";
  /** Id of the certificate at Cloudflare. */
  readonly certificateId: StageText;
}

/**
 * A service in a private network, bound by {@link vpcService}.
 *
 * @example
 * const ledger: VpcService = vpcService("0190…");
 */
export interface VpcService {
  readonly kind: "vpcService";
  /** Id of the service at Cloudflare. */
  readonly serviceId: StageText;
}

/** Which private network: the one behind a tunnel, or what Cloudflare calls by an id. */
type Network =
  | { readonly tunnelId: StageText; readonly networkId?: never }
  | { readonly networkId: StageText; readonly tunnelId?: never };

/**
 * A private network, bound by {@link vpcNetwork}.
 *
 * @example
 * const office: VpcNetwork = vpcNetwork({ tunnelId: "0190…" });
 */
export type VpcNetwork = Network & { readonly kind: "vpcNetwork" };

/**
 * Binds a client certificate: `env.BANK.fetch(url)` shows it to the server.
 *
 * @example
 * worker("bank", { ...settings, env: { BANK: mtlsCertificate(perStage({ staging: "2ef9…", prod: "9c41…" })) } });
 */
export const mtlsCertificate = (certificateId: StageText): MtlsCertificate => ({
  kind: "mtlsCertificate",
  certificateId,
});

/**
 * Binds a service of a private network that Workers VPC knows: `env.LEDGER.fetch(url)`.
 *
 * @example
 * worker("api", { ...settings, env: { LEDGER: vpcService("0190…") } });
 */
export const vpcService = (serviceId: StageText): VpcService => ({ kind: "vpcService", serviceId });

/**
 * Binds a whole private network: by the id of a tunnel, or by Cloudflare's id of the network, such as `cf1:network`.
 *
 * @example
 * worker("api", { ...settings, env: { OFFICE: vpcNetwork({ tunnelId: "0190…" }) } }); // env.OFFICE.fetch("http://10.0.0.7/")
 */
export const vpcNetwork = (network: Network): VpcNetwork => ({ kind: "vpcNetwork", ...network });
