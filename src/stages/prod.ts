import type { Stage } from "./stage.ts";

export const prod: Stage = {
  name: "prod",
  nameSuffix: "",
  protected: true,
  ownsShared: true,
  embeddedAccount: "prod",
  needsPolicyPack: true,
  asksBeforeChange: true,
  bakeSeconds: 900,
};
