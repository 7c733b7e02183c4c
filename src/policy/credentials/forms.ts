/**
 * Credentials that can be told by their form, as their issuers document it: no entropy and no names of variables, so that
 * little else is taken for one. What has no form, a password alone or the secret key of AWS, is not here.
 *
 * Texts come from anybody, so a form is tried only where one of its starts stands, and no quantifier is without a bound:
 * each try costs the same however long the text is.
 */

export interface CredentialForm {
  /** With its article, as messages name it. */
  issuer: string;
  /** Where the form is described. */
  docs: string;
  /** One of them stands in every such credential. */
  starts: readonly string[];
  /** What follows the start. Sticky. */
  rest: RegExp;
  /** What stands before the start. Sticky, and looks behind only. */
  before: RegExp;
}

type Row = [issuer: string, starts: string, rest: RegExp, before?: RegExp];

/** Most forms are words of their own. */
const NEW_WORD = /(?<![A-Za-z0-9])/y;
const ANYWHERE = /(?:)/y;
/** Behind the header's name, or as the whole text, such as the value of a variable. */
const AFTER_AUTHORIZATION = /(?<=^|authorization["']?[:=]\s{0,2}["']?)/iy;

const describedAt = (docs: string, ...rows: Row[]): CredentialForm[] =>
  rows.map(([issuer, starts, rest, before = NEW_WORD]) => ({ issuer, docs, starts: starts.split('|'), rest, before }));

/** The rules of gitleaks, which say where each prefix and length is from. */
const GITLEAKS = 'https://github.com/gitleaks/gitleaks/blob/master/config/gitleaks.toml';

/** What issuers have GitHub look for. */
const SECRET_SCANNING =
  'https://docs.github.com/en/code-security/secret-scanning/introduction/supported-secret-scanning-patterns';

const CODE = describedAt(
  GITLEAKS,
  ['a GitHub token', 'ghp_|gho_|ghu_|ghs_|ghr_', /[A-Za-z0-9]{36}/y],
  ['a fine-grained GitHub token', 'github_pat_', /\w{60}/y],
  ['a GitLab access token', 'glpat-', /[\w-]{20}/y],
  ['a GitLab deploy token', 'gldt-', /[\w-]{20}/y],
  ['a GitLab runner token', 'glrt-|glrtr-|GR1348941', /[\w-]{20}/y],
  ['a GitLab trigger token', 'glptt-', /[\w-]{20}/y],
  ['a GitLab job token', 'glcbt-', /[A-Za-z0-9]{1,5}_[\w-]{20}/y],
  ['a GitLab agent token', 'glagent-', /[\w-]{50}/y],
  ['a GitLab SCIM token', 'glsoat-', /[\w-]{20}/y],
  ['a GitLab mail token', 'glimt-', /[\w-]{25}/y],
  ['a GitLab feature flag token', 'glffct-', /[\w-]{20}/y],
  ['a GitLab feed token', 'glft-', /[\w-]{20}/y],
  ['a GitLab application secret', 'gloas-', /[\w-]{64}/y],
  ['a GitLab session', '_gitlab_session=', /[0-9a-z]{32}/y],
  ['an Atlassian token', 'ATATT3', /[\w=-]{60}/y],
  ['an npm token', 'npm_', /[A-Za-z0-9]{36}/y],
  ['a PyPI token', 'pypi-AgEIcHlwaS5vcmc|pypi-AgENdGVzdC5weXBpLm9yZw', /[\w-]{50}/y],
  ['a RubyGems key', 'rubygems_', /[a-f0-9]{48}(?![A-Za-z0-9])/y],
  ['a Clojars token', 'CLOJARS_', /[a-z0-9]{60}/y],
  ['an Artifactory key', 'AKCp', /[A-Za-z0-9]{69}(?![A-Za-z0-9])/y],
  ['an Artifactory token', 'cmVmd', /[A-Za-z0-9]{59}(?![A-Za-z0-9])/y],
  ['a Sourcegraph token', 'sgp_', /(?:(?:[a-fA-F0-9]{16}|local)_)?[a-fA-F0-9]{40}(?![A-Za-z0-9])/y],
  ['a Postman key', 'PMAK-', /[a-f0-9]{24}-[a-f0-9]{34}(?![A-Za-z0-9])/y],
  ['a Linear key', 'lin_api_', /[A-Za-z0-9]{40}/y],
  ['a Notion token', 'ntn_', /\d{11}[A-Za-z0-9]{35}/y],
);

const CLOUDS = describedAt(
  GITLEAKS,
  ['an AWS access key', 'AKIA|ASIA|ABIA|ACCA', /[A-Z0-9]{16}(?![A-Za-z0-9])/y],
  ['an Amazon Bedrock key', 'ABSK', /[A-Za-z0-9+/]{109}/y],
  ['an Amazon Bedrock key', 'bedrock-api-key-', /YmVkcm9jay5hbWF6b25hd3MuY29t/y],
  ['an Azure client secret', 'Q~', /[A-Za-z0-9_~.-]{31,34}(?![A-Za-z0-9_~-])/y, /(?<=(?<![A-Za-z0-9_~.-])[A-Za-z0-9_~.]{3}\d)/y],
  ['a Google API key', 'AIza', /[\w-]{35}/y],
  ['an Alibaba access key', 'LTAI', /[A-Za-z0-9]{20}(?![A-Za-z0-9])/y],
  ['a DigitalOcean token', 'dop_v1_|doo_v1_|dor_v1_', /[a-f0-9]{64}/y],
  ['a Heroku key', 'HRKU-', /[\w-]{36}/y],
  ['a Fly token', 'fo1_', /[\w-]{43}/y],
  ['a Fly token', 'fm1r_|fm1a_|fm2_', /[A-Za-z0-9+/]{100}/y],
  ['a Scalingo token', 'tk-us-', /[\w-]{48}/y],
  ['a Cloudflare origin key', 'v1.0-', /[a-f0-9]{24}-[a-f0-9]{146}/y],
  ['a Databricks token', 'dapi', /[a-f0-9]{32}(?![A-Za-z0-9])/y],
  ['a ClickHouse key', '4b1d', /[A-Za-z0-9]{38}(?![A-Za-z0-9])/y],
  ['a PlanetScale token', 'pscale_tkn_|pscale_oauth_|pscale_pw_', /[\w=.-]{32}/y],
  ['a Terraform token', 'atlasv1.', /[\w=-]{60}/y, /(?<=(?<![A-Za-z0-9])[A-Za-z0-9]{14}\.)/y],
  ['a Pulumi token', 'pul-', /[a-f0-9]{40}(?![A-Za-z0-9])/y],
  ['an Infracost key', 'ico-', /[A-Za-z0-9]{32}(?![A-Za-z0-9])/y, /(?<![A-Za-z0-9.])/y],
  ['a Prefect token', 'pnu_', /[A-Za-z0-9]{36}(?![A-Za-z0-9])/y],
  ['a Doppler token', 'dp.pt.', /[A-Za-z0-9]{43}/y],
  ['an OpenShift token', 'sha256~', /[\w-]{43}(?![\w-])/y],
  ['an Octopus Deploy key', 'API-', /[A-Z0-9]{26}(?![A-Za-z0-9])/y],
);

const VAULTS = describedAt('https://developer.hashicorp.com/vault/docs/concepts/tokens#token-prefixes', [
  'a Vault token',
  'hvs.|hvb.|hvr.',
  /[\w-]{24}/y,
]);

const MODELS = [
  ...describedAt(
    GITLEAKS,
    ['an Anthropic key', 'sk-ant-', /[a-z]{3,8}\d\d-[\w-]{20}/y],
    ['a Hugging Face token', 'hf_|api_org_', /[A-Za-z0-9]{30,40}(?!\w)/y],
    ['a Perplexity key', 'pplx-', /[A-Za-z0-9]{48}/y],
    ['an OpenAI key', 'T3BlbkFJ', /[\w-]{20}/y, /(?<=[\w-]{20})/y],
  ),
  ...describedAt(
    SECRET_SCANNING,
    // The hyphens of a sentence are closer to each other than those of a key.
    ['an OpenAI key', 'sk-proj-|sk-svcacct-|sk-admin-', /[\w-]{0,16}\w{20}/y],
    ['an OpenAI key', 'sk-', /[A-Za-z0-9]{48}(?![A-Za-z0-9])/y],
    ['a DeepSeek key', 'sk-', /[a-f0-9]{32}(?![A-Za-z0-9])/y],
    ['an OpenRouter key', 'sk-or-v1-', /[a-f0-9]{64}/y],
    ['a Groq key', 'gsk_', /[A-Za-z0-9]{48}/y],
    ['an xAI key', 'xai-', /[A-Za-z0-9]{70}/y],
    ['a Replicate token', 'r8_', /[A-Za-z0-9]{37}/y],
    ['an NVIDIA key', 'nvapi-', /[\w-]{60}/y],
    ['a LangSmith key', 'lsv2_pt_|lsv2_sk_', /[a-f0-9]{32}_[a-f0-9]{10}/y],
    ['a Pinecone key', 'pcsk_', /[A-Za-z0-9]{5,6}_[A-Za-z0-9]{50}/y],
  ),
];

const OBSERVERS = describedAt(
  GITLEAKS,
  ['a Grafana token', 'glsa_', /[A-Za-z0-9]{32}_[A-Fa-f0-9]{8}/y],
  ['a Grafana Cloud token', 'glc_', /[A-Za-z0-9+/]{32}/y],
  ['a Grafana key', 'eyJrIjoi', /[A-Za-z0-9]{70}/y],
  ['a Dynatrace token', 'dt0c01.', /[A-Za-z0-9]{24}\.[A-Za-z0-9]{64}/y],
  ['a New Relic key', 'NRAK-', /[A-Za-z0-9]{27}/y],
  ['a New Relic insert key', 'NRII-', /[\w-]{32}/y],
  ['a Sentry token', 'sntrys_', /eyJ[\w+/=-]{40}/y],
  ['a Sentry token', 'sntryu_', /[a-f0-9]{64}/y],
);

const BUSINESS = describedAt(
  GITLEAKS,
  ['a Stripe key', 'sk_live_|sk_test_|sk_prod_|rk_live_|rk_test_|rk_prod_', /[A-Za-z0-9]{10}/y],
  ['a Shopify token', 'shpat_|shpca_|shppa_|shpss_', /[a-fA-F0-9]{32}/y],
  ['a Square token', 'sq0atp-', /[\w-]{22}/y],
  ['a Square token', 'EAAA', /[\w-]{60}(?![\w+/=-])/y, /(?<![\w+/=-])/y],
  ['a Facebook token', 'EAAM|EAAC', /[A-Za-z0-9]{100}/y, /(?<![\w+/=-])/y],
  ['a Shippo token', 'shippo_live_|shippo_test_', /[a-f0-9]{40}/y],
  ['an EasyPost key', 'EZAK|EZTK', /[A-Za-z0-9]{54}(?![A-Za-z0-9])/y],
  ['a Duffel token', 'duffel_live_|duffel_test_', /[\w=-]{43}/y],
);

const MESSENGERS = describedAt(
  GITLEAKS,
  ['a Slack token', 'xoxa-|xoxb-|xoxc-|xoxe-|xoxo-|xoxp-|xoxr-|xoxs-', /(?:\d-)?\d{8,14}-[A-Za-z0-9-]{10}/y],
  ['a Slack token', 'xoxe-|xoxp-|xoxb-|xoxa-', /\d-[A-Za-z0-9]{40}/y],
  ['a Slack app token', 'xapp-', /\d-[A-Z0-9]{6,20}-\d{6,20}-[a-z0-9]{20}/y],
  ['a Slack webhook', 'hooks.slack.com/', /(?:services|workflows|triggers)\/[A-Za-z0-9+/]{43}/y],
  [
    'a Teams webhook',
    '.webhook.office.com/webhookb2/',
    /[a-z0-9-]{36}@[a-z0-9-]{36}\/IncomingWebhook\/[a-z0-9]{32}/y,
    /(?<=\w)/y,
  ],
  ['a Twilio key', 'SK', /[0-9a-f]{32}(?![A-Za-z0-9])/y],
  ['a SendGrid key', 'SG.', /[\w-]{22}\.[\w-]{43}/y],
  ['a Brevo key', 'xkeysib-', /[a-f0-9]{64}-[A-Za-z0-9]{16}/y],
  ['a Mailgun key', 'key-', /[a-f0-9]{32}(?![A-Za-z0-9])/y],
  ['a Mailchimp key', '-us', /\d{1,2}(?![A-Za-z0-9])/y, /(?<=(?<![A-Za-z0-9])[a-f0-9]{32})/y],
  ['a Telegram bot token', ':A', /[\w-]{34}(?![\w-])/y, /(?<=(?<![A-Za-z0-9])\d{5,16})/y],
);

const KEYS = [
  ...describedAt(
    GITLEAKS,
    ['an age key', 'AGE-SECRET-KEY-1', /[QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L]{58}/y],
    ['a 1Password token', 'ops_', /eyJ[A-Za-z0-9+/]{250}/y],
    ['a 1Password secret key', 'A3-', /[A-Z0-9]{6}-(?:[A-Z0-9]{11}|[A-Z0-9]{6}-[A-Z0-9]{5})(?:-[A-Z0-9]{5}){3}/y],
    ['a private key', '-----BEGIN ', /(?:[A-Z0-9]{1,16} ){0,3}PRIVATE KEY(?: BLOCK)?-----/y, ANYWHERE],
    // Each part ends before or begins after the next one's full stop, so that however many there are each is read once.
    ['a JSON web token', '.eyJ', /[A-Za-z0-9_-]{8,4000}\.[A-Za-z0-9_-]{8}/y, /(?<=(?<![A-Za-z0-9])eyJ[A-Za-z0-9_-]{8,1000})/y],
  ),
  ...describedAt('https://the.earth.li/~sgtatham/putty/0.81/htmldoc/AppendixC.html', [
    'a private key',
    'PuTTY-User-Key-File-',
    /[1-9]: /y,
  ]),
  ...describedAt('https://kubernetes.io/docs/reference/config-api/kubeconfig.v1/', [
    'an encoded private key',
    'LS0tLS1CRUdJTi',
    /[A-Za-z0-9+/]{1,24}?(?:UFJJVkFURSBLRV|BSSVZBVEUgS0V|QUklWQVRFIEtFW)/y,
  ]),
];

const OTHERS = [
  ...describedAt(
    SECRET_SCANNING,
    ['a Docker token', 'dckr_pat_|dckr_oat_', /[\w-]{27}/y],
    ['a Google OAuth token', 'ya29.', /[\w-]{20}/y],
    ['a Google refresh token', '1//0', /[\w-]{60}/y],
    ['a Google client secret', 'GOCSPX-', /[\w-]{28}/y],
    ['a Supabase token', 'sbp_', /[a-f0-9]{40}/y],
    ['a Supabase key', 'sb_secret_', /[\w-]{30}/y],
    ['a Bitbucket password', 'ATBB', /[A-Za-z0-9]{32}(?![A-Za-z0-9])/y],
    ['a Notion secret', 'secret_', /[A-Za-z0-9]{43}(?![A-Za-z0-9])/y],
    ['a NuGet key', 'oy2', /[a-z0-9]{43}(?![A-Za-z0-9])/y],
    ['a Square secret', 'sq0csp-', /[\w-]{43}/y],
    ['a Stripe webhook secret', 'whsec_', /[A-Za-z0-9]{32}/y],
    ['a Discord webhook', 'discord.com/api/webhooks/|discordapp.com/api/webhooks/', /\d{17,20}\/[\w-]{60}/y],
    // Before the first full stop stands a number in base64.
    ['a Discord token', '.', /[\w-]{6}\.[\w-]{27}/y, /(?<=(?:[MNO][DTjz][AEIMQUYcgk][w-z0-5]){5}[A-Za-z0-9]{3,6})/y],
  ),
  ...describedAt('https://developers.cloudflare.com/fundamentals/api/get-started/token-formats', [
    'a Cloudflare key',
    'cfk_|cfut_|cfat_',
    /[A-Za-z0-9]{40}/y,
  ]),
  ...describedAt(
    'https://learn.microsoft.com/en-us/azure/storage/common/storage-configure-connection-string',
    ['an Azure account key', 'AccountKey=', /[A-Za-z0-9+/]{86}==/y, ANYWHERE],
    ['an Azure shared access key', 'SharedAccessKey=', /[A-Za-z0-9+/]{43}=/y, ANYWHERE],
    ['an Azure signature', 'sig=', /(?:[A-Za-z0-9+/]|%2[BbFf]){43}(?:=|%3[Dd])/y, /(?<=[?&;= ])/y],
  ),
  ...describedAt('https://github.com/microsoft/security-utilities', [
    'an Azure key',
    'JQQJ99',
    /[A-Za-z0-9]{26}(?![A-Za-z0-9])/y,
    /(?<=(?<![A-Za-z0-9])[A-Za-z0-9]{52})/y,
  ]),
  // In base64, a colon between name and password is one of these three.
  ...describedAt('https://www.rfc-editor.org/rfc/rfc7617', [
    'an Authorization header',
    'Basic |basic |BASIC |Basic%20',
    /(?=(?:[A-Za-z0-9+/]{4}){0,64}[A-Za-z0-9+/]{2}[A-Za-z0-9+/=]{2}(?![A-Za-z0-9+/=]))(?=[A-Za-z0-9+/]{0,60}?(?:[\d+/=]|[a-z][A-Z]))(?:[A-Za-z0-9+/]{4}){0,32}(?:O[g-v][A-Za-z0-9+/=]{2}|[A-Za-z0-9+/][DTjz][o-r][A-Za-z0-9+/=]|[A-Za-z0-9+/]{2}[AEIMQUYcgkosw048]6)/y,
    AFTER_AUTHORIZATION,
  ]),
  ...describedAt('https://www.rfc-editor.org/rfc/rfc6750', [
    'an Authorization header',
    'Bearer |bearer |BEARER |Bearer%20',
    /(?=[\w.~+/=-]{0,60}?(?:\d|[a-z][A-Z]))[\w.~+/=-]{16}/y,
    AFTER_AUTHORIZATION,
  ]),
];

/** Every form that is looked for but passwords in URLs and connection strings, which are in passwords.ts. */
export const CREDENTIAL_FORMS: readonly CredentialForm[] = [
  ...CODE,
  ...CLOUDS,
  ...VAULTS,
  ...MODELS,
  ...OBSERVERS,
  ...BUSINESS,
  ...MESSENGERS,
  ...KEYS,
  ...OTHERS,
];
