/** Says nothing, or that something is on or off. */
const trivial =
  /^(?:|true|false|yes|no|on|off|none|null|undefined|auto|default|required|optional|enabled|disabled)$/i;

/** Stands for a value that is somewhere else, or is still to be filled in. */
const placeholder =
  /^(?:\$\{[^}]*\}|\$\([^)]*\)|\{\{[^}]*\}\}|\{[\w.-]*\}|<[^<>]*>|%[\w.]+%|\$\w+|[?:@$]\w{0,3}|:\w+|\*+|x{3,}|\.{3}|…)$/i;

const reference =
  /^(?:op|vault|secret|gcp-?sm|aws-?sm|keyvault|env|file):\/{0,2}|^arn:aws[\w-]*:|^projects\/[^/]+\/secrets\//i;

/** What can be no secret whatever its variable is called. */
export const isEmptyOfSecrets = (value: string): boolean =>
  trivial.test(value) || placeholder.test(value) || reference.test(value);

/** Beginnings and whole forms that say what a text is, and that everybody may know it. */
const forms: readonly RegExp[] = [
  /^-----BEGIN (?:[A-Z]+ )?(?:PUBLIC KEY|CERTIFICATE|CERTIFICATE REQUEST)-----/,
  /^(?:ssh-(?:rsa|ed25519|dss)|ecdsa-sha2-\S+|sk-ssh-\S+) AAAA/,
  /^M(?:FkwEwYH|IIBIjAN|CowBQYDK2V|IGfMA0G|IICIjAN)/,
  /^(?:pk|pub|sb_publishable|phc|price|prod|cus|acct|plan|prc|whk|we|ca|app|tbl|rec|viw)[_-]?(?:live_|test_)?[A-Za-z0-9_$=-]{6,}(?:,|$)/,
  /^pk\.eyJ/,
  /^(?:sha(?:1|256|384|512)|md5)[-:]/i,
  /@sha256:[0-9a-f]{64}$/,
  /^data:[\w.+-]+\/[\w.+-]+[;,]/i,
  // Files in base64, by their first bytes: pictures, fonts, PDF, zip, gzip, WebAssembly, SVG, HTML.
  /^(?:R0lGOD|iVBORw0KGgo|\/9j\/|UklGR|d09G|JVBERi|UEsDB|H4sI|AGFzbQ|PHN2Zy|PD94bWw|PCFET0NUWV)/,
  /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i,
  /^[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$/,
  /^0x[0-9a-f]{40}$/i,
  /^0x4AAAAAAA[\w-]{14}$/,
  /^Qm[A-Za-z0-9]{44}$|^baf[a-z2-7]{56}$/,
  /^(?:bc1|tb1|ltc1)[a-z0-9]{25,}$/,
  /^[0-7][0-9A-HJKMNP-TV-Z]{25}$/,
  /\.apps\.googleusercontent\.com$/,
  /^\d[\d.,:_-]*$/,
];

/** Whether a text has the form of something public. A name that says secret counts for more than some of these. */
export const isKnownHarmless = (text: string): boolean => forms.some((form) => form.test(text));

/** Public halves: harmless also where the name says secret. */
export const isPublicHalf = (text: string): boolean =>
  /^-----BEGIN (?:[A-Z]+ )?(?:PUBLIC KEY|CERTIFICATE)|^pk[_.](?:live|test|eyJ)|^sb_publishable_|^phc_|^0x[0-9a-f]{40}$/i.test(
    text,
  );
