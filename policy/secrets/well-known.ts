/** A key that can be told by its form. */
interface WellKnown {
  /** What it is, after "looks like". */
  readonly what: string;
  readonly form: RegExp;
}

const known = (what: string, form: RegExp): WellKnown => ({ what, form });

/**
 * What providers have published of the form of their keys: beginnings above all. Each is looked for anywhere in a text, but not in the middle
 * of a word.
 */
const forms: readonly WellKnown[] = [
  known("a private key", /-----BEGIN [A-Z ]*PRIVATE KEY/),
  known("a private key", /PuTTY-User-Key-File-\d/),
  known("a private key", /^MI[A-Za-z0-9+/]{2,6}(?:IBAD|AgEAM|IBAAKCAQ|QIBAQQ)/),
  known("a private key", /AGE-SECRET-KEY-1[A-Z0-9]{50,}/),
  known("a password's hash", /^\$(?:2[aby]|argon2(?:id|i|d)|scrypt|pbkdf2[\w-]*)\$/),
  known(
    "an API key",
    /\b[sr]k[-_](?:live|test)_\w{10,}|\bsk-(?:proj|ant|svcacct|or)-[\w-]{16,}|\b[sr]k[-_][A-Za-z0-9]{20,}/,
  ),
  known("a signing secret", /\bwhsec_[\w+/=]{16,}/),
  known("a token of GitHub", /\bgh[pousr]_[A-Za-z0-9]{20,}|\bgithub_pat_\w{20,}/),
  known("a token of GitLab", /\bgl(?:pat|rt|dt|ft|cbt|ptt|soat|agent)-[\w-]{15,}/),
  known("a token of Slack", /\bxox[a-z](?:\.xox[a-z])?-[\w-]{10,}|\bxapp-\d-[\w-]{10,}/),
  known("an access key of AWS", /\bA(?:KIA|SIA)[A-Z0-9]{16}\b/),
  known("an API key of Google", /\bAIza[\w-]{30,}/),
  known("a client secret of Google", /\bGOCSPX-[\w-]{20,}/),
  known("a token of Google", /\bya29\.[\w-]{20,}|^1\/\/0[\w-]{20,}/),
  known("a token of npm", /\bnpm_[A-Za-z0-9]{30,}/),
  known("a token of PyPI", /\bpypi-AgE[\w-]{30,}/),
  known("an API key of SendGrid", /\bSG\.[\w-]{16,}\.[\w-]{16,}/),
  known("an API key of Mailgun", /\bkey-[0-9a-f]{32}\b/),
  known("an API key of Mailchimp", /\b[0-9a-f]{32}-us\d{1,2}\b/),
  known("an API key of Brevo", /\bxkeysib-[0-9a-f]{40,}/),
  known("an API key of Resend", /\bre_[A-Za-z0-9]{6,}_[A-Za-z0-9]{16,}/),
  known("a token of Cloudflare", /\bcf(?:ut|at|k)_[A-Za-z0-9]{40,}/),
  known("a token of Hugging Face", /\bhf_[A-Za-z0-9]{30,}/),
  known("a token of Replicate", /\br8_[A-Za-z0-9]{30,}/),
  known(
    "an API key",
    /\b(?:gsk|xai|pplx|lsv2|phx|nfp|sbp|sb_secret|lin_api|ntn|figd|pscale_tkn|pscale_pw|dckr_pat|rubygems)[-_][\w-]{16,}/,
  ),
  known("a token of Shopify", /\bshp(?:at|ca|pa|ss)_[0-9a-f]{30,}/),
  known("a token of DigitalOcean", /\bdo[opr]_v1_[0-9a-f]{40,}/),
  known("a token of Vault", /\bhv[sbr]\.[\w-]{20,}/),
  known("a token of Grafana", /\bgl(?:sa|c)_[\w+/=]{20,}/),
  known("a token of Sentry", /\bsntry[su]_[\w+/=-]{20,}/),
  known("a token of Tailscale", /\btskey-[\w-]{20,}/),
  known("a token of Atlassian", /\bAT(?:ATT3|BB)[\w=-]{20,}/),
  known("a token of Databricks", /\bdapi[0-9a-f]{32}/),
  known("a token of Pulumi", /\bpul-[0-9a-f]{40}/),
  known("an API key", /\b(?:PMAK|NRAK|CFPAT)-[\w-]{16,}/),
  known("a token of Mapbox", /\bsk\.eyJ[\w-]+\.[\w-]+/),
  known("a token of Telegram", /(?:\b|bot)\d{8,10}:[\w-]{33,}/),
  known("a token of Discord", /\b[MNO][\w-]{23,27}\.[\w-]{6}\.[\w-]{27,}/),
  known("an authorization header", /\bbearer\s+(?=\S*\d)[\w.~+/=-]{12,}/i),
];

/** What a text looks like, where it has a well-known key in it. */
export const wellKnownIn = (text: string): string | undefined =>
  isBasic(text) ? "an authorization header" : forms.find(({ form }) => form.test(text))?.what;

/** Basic authorization is user and password in base64; after the same word in a sentence comes another. */
const isBasic = (text: string): boolean =>
  [...text.matchAll(/\bbasic\s+([A-Za-z0-9+/]{4,}={0,2})/gi)].some(([, credentials = ""]) =>
    /^[\u0020-\u007e]+:[\u0020-\u007e]+$/.test(Buffer.from(credentials, "base64").toString("utf8")),
  );
