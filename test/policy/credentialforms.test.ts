/** What is found as a credential, form by form, and what is near one and is none. Every text is made up, from parts. */
import { describe, expect, it } from 'vitest';
import { CREDENTIAL_FORMS } from '../../src/policy/credentials/forms.ts';
import { describeCredential } from '../../src/policy/credentials/search.ts';

const cycle = (alphabet: string, length: number): string => alphabet.repeat(Math.ceil(length / alphabet.length)).slice(0, length);
const mix = (length: number): string => cycle('a1B2c3D4e5F6g7H8', length);
const hex = (length: number): string => cycle('a1b2c3d4e5f60789', length);
const low = (length: number): string => cycle('a1b2c3d4g5h6', length);
const UP = (length: number): string => cycle('QP2RZ3Y4', length);
const base64 = (text: string): string => Buffer.from(text).toString('base64');
const UUID = '1b4e28ba-2fa1-11d2-883f-0016d3cca427';

/** One for each form, no longer than it has to be. */
const EXAMPLES: [issuer: string, example: string][] = [
  ['a GitHub token', `ghp_${mix(36)}`],
  ['a fine-grained GitHub token', `github_pat_${mix(60)}`],
  ['a GitLab access token', `glpat-${mix(20)}`],
  ['a GitLab deploy token', `gldt-${mix(20)}`],
  ['a GitLab runner token', `glrt-${mix(20)}`],
  ['a GitLab trigger token', `glptt-${hex(20)}`],
  ['a GitLab job token', `glcbt-64_${mix(20)}`],
  ['a GitLab agent token', `glagent-${mix(50)}`],
  ['a GitLab SCIM token', `glsoat-${mix(20)}`],
  ['a GitLab mail token', `glimt-${mix(25)}`],
  ['a GitLab feature flag token', `glffct-${mix(20)}`],
  ['a GitLab feed token', `glft-${mix(20)}`],
  ['a GitLab application secret', `gloas-${mix(64)}`],
  ['a GitLab session', `_gitlab_session=${hex(32)}`],
  ['an Atlassian token', `ATATT3${mix(60)}`],
  ['an npm token', `npm_${mix(36)}`],
  ['a PyPI token', `pypi-AgEIcHlwaS5vcmc${mix(50)}`],
  ['a RubyGems key', `rubygems_${hex(48)}`],
  ['a Clojars token', `CLOJARS_${low(60)}`],
  ['an Artifactory key', `AKCp${mix(69)}`],
  ['an Artifactory token', `cmVmd${mix(59)}`],
  ['a Sourcegraph token', `sgp_local_${hex(40)}`],
  ['a Postman key', `PMAK-${hex(24)}-${hex(34)}`],
  ['a Linear key', `lin_api_${mix(40)}`],
  ['a Notion token', `ntn_${'1'.repeat(11)}${mix(35)}`],
  ['an AWS access key', `AKIA${UP(16)}`],
  ['an Amazon Bedrock key', `ABSK${mix(109)}`],
  ['an Amazon Bedrock key', `bedrock-api-key-${'YmVkcm9jay5hbWF6b25hd3MuY29t'}`],
  ['an Azure client secret', `abc8Q~${mix(31)}`],
  ['a Google API key', `AIza${mix(35)}`],
  ['an Alibaba access key', `LTAI${mix(20)}`],
  ['a DigitalOcean token', `dop_v1_${hex(64)}`],
  ['a Heroku key', `HRKU-${mix(36)}`],
  ['a Fly token', `fo1_${mix(43)}`],
  ['a Fly token', `fm1r_${mix(100)}`],
  ['a Scalingo token', `tk-us-${mix(48)}`],
  ['a Cloudflare origin key', `v1.0-${hex(24)}-${hex(146)}`],
  ['a Databricks token', `dapi${hex(32)}`],
  ['a ClickHouse key', `4b1d${mix(38)}`],
  ['a PlanetScale token', `pscale_tkn_${mix(32)}`],
  ['a Terraform token', `${mix(14)}.atlasv1.${mix(60)}`],
  ['a Pulumi token', `pul-${hex(40)}`],
  ['an Infracost key', `ico-${mix(32)}`],
  ['a Prefect token', `pnu_${mix(36)}`],
  ['a Doppler token', `dp.pt.${mix(43)}`],
  ['an OpenShift token', `sha256~${mix(43)}`],
  ['an Octopus Deploy key', `API-${UP(26)}`],
  ['a Vault token', `hvs.${mix(24)}`],
  ['an Anthropic key', `sk-ant-api03-${mix(20)}`],
  ['a Hugging Face token', `hf_${mix(30)}`],
  ['a Perplexity key', `pplx-${mix(48)}`],
  ['an OpenAI key', `sk-${mix(20)}${'T3Blbk'}FJ${mix(20)}`],
  ['an OpenAI key', `sk-proj-${mix(20)}`],
  ['an OpenAI key', `sk-${mix(48)}`],
  ['a DeepSeek key', `sk-${hex(32)}`],
  ['an OpenRouter key', `sk-or-v1-${hex(64)}`],
  ['a Groq key', `gsk_${mix(48)}`],
  ['an xAI key', `xai-${mix(70)}`],
  ['a Replicate token', `r8_${mix(37)}`],
  ['an NVIDIA key', `nvapi-${mix(60)}`],
  ['a LangSmith key', `lsv2_pt_${hex(32)}_${hex(10)}`],
  ['a Pinecone key', `pcsk_${mix(6)}_${mix(50)}`],
  ['a Grafana token', `glsa_${mix(32)}_${hex(8)}`],
  ['a Grafana Cloud token', `glc_${mix(32)}`],
  ['a Grafana key', `eyJrIjoi${mix(70)}`],
  ['a Dynatrace token', `dt0c01.${UP(24)}.${UP(64)}`],
  ['a New Relic key', `NRAK-${UP(27)}`],
  ['a New Relic insert key', `NRII-${mix(32)}`],
  ['a Sentry token', `sntrys_eyJ${mix(40)}`],
  ['a Sentry token', `sntryu_${hex(64)}`],
  ['a Stripe key', `sk_live_${mix(10)}`],
  ['a Shopify token', `shpat_${hex(32)}`],
  ['a Square token', `sq0atp-${mix(22)}`],
  ['a Square token', `EAAA${mix(60)}`],
  ['a Facebook token', `EAAM${mix(100)}`],
  ['a Shippo token', `shippo_live_${hex(40)}`],
  ['an EasyPost key', `EZAK${mix(54)}`],
  ['a Duffel token', `duffel_live_${mix(43)}`],
  ['a Slack token', `xoxa-12345678-${mix(10)}`],
  ['a Slack token', `xoxe-1-${mix(40)}`],
  ['a Slack app token', `xapp-1-${UP(11)}-1234567890123-${hex(20)}`],
  ['a Slack webhook', `https://hooks.slack.com/services/T12345678/B12345678/${mix(23)}`],
  ['a Teams webhook', `https://acme.webhook.office.com/webhookb2/${UUID}@${UUID}/IncomingWebhook/${hex(32)}`],
  ['a Twilio key', `SK${hex(32)}`],
  ['a SendGrid key', `SG.${mix(22)}.${mix(43)}`],
  ['a Brevo key', `xkeysib-${hex(64)}-${mix(16)}`],
  ['a Mailgun key', `key-${hex(32)}`],
  ['a Mailchimp key', `${hex(32)}-us1`],
  ['a Telegram bot token', `1234567890:A${mix(34)}`],
  ['an age key', `AGE-SECRET-KEY-1${UP(58)}`],
  ['a 1Password token', `ops_eyJ${mix(250)}`],
  ['a 1Password secret key', `A3-${UP(6)}-${UP(11)}-${UP(5)}-${UP(5)}-${UP(5)}`],
  ['a private key', `${'-----BEGIN'} PRIVATE KEY-----`],
  ['a JSON web token', `eyJ${mix(8)}.eyJ${mix(8)}.${mix(8)}`],
  ['a private key', 'PuTTY-User-Key-File-3: '],
  ['an encoded private key', base64('-----BEGIN PRIVATE KEY').slice(0, -3)],
  ['a Docker token', `dckr_pat_${mix(27)}`],
  ['a Google OAuth token', `ya29.${mix(20)}`],
  ['a Google refresh token', `1//0${mix(60)}`],
  ['a Google client secret', `GOCSPX-${mix(28)}`],
  ['a Supabase token', `sbp_${hex(40)}`],
  ['a Supabase key', `sb_secret_${mix(30)}`],
  ['a Bitbucket password', `ATBB${mix(32)}`],
  ['a Notion secret', `secret_${mix(43)}`],
  ['a NuGet key', `oy2${low(43)}`],
  ['a Square secret', `sq0csp-${mix(43)}`],
  ['a Stripe webhook secret', `whsec_${mix(32)}`],
  ['a Discord webhook', `https://discord.com/api/webhooks/12345678901234567/${mix(60)}`],
  ['a Discord token', `${base64('123456789012345678')}.${mix(6)}.${mix(27)}`],
  ['a Cloudflare key', `cfk_${mix(40)}`],
  ['an Azure account key', `DefaultEndpointsProtocol=https;AccountName=a;AccountKey=${mix(86)}==`],
  ['an Azure shared access key', `Endpoint=sb://a.servicebus.windows.net/;SharedAccessKey=${mix(43)}=`],
  ['an Azure signature', `https://a.blob.core.windows.net/c?sv=2024-11-04&sig=${mix(40)}%2Bab%3D`],
  ['an Azure key', `${mix(52)}JQQJ99${mix(26)}`],
  ['an Authorization header', 'Basic dTpw'],
  ['an Authorization header', `Bearer ${mix(16)}`],
];

describe('every form', () => {
  it('has an example, in its order', () => {
    expect(EXAMPLES.map(([issuer]) => issuer)).toEqual(CREDENTIAL_FORMS.map(({ issuer }) => issuer));
  });

  it('names where it is described', () => {
    expect(CREDENTIAL_FORMS.map(({ docs }) => new URL(docs).protocol).filter((protocol) => protocol !== 'https:')).toEqual([]);
  });
});

describe.each(EXAMPLES.map(([issuer, example], index) => ({ issuer, example, index })))(
  '$index, $issuer,',
  ({ issuer, example, index }) => {
    const [first = '', ...others] = CREDENTIAL_FORMS[index]?.starts ?? [];

    it('is found, in a sentence too, and with each of its starts', () => {
      const texts = [first, ...others].map((start) => example.replace(first, start));
      const sentences = texts.filter((text) => !/^b/i.test(text)).map((text) => `${'word '.repeat(500)}"${text}", and on`);
      for (const text of [...texts, ...sentences]) expect([text, describeCredential(text)]).toEqual([text, issuer]);
    });

    it('is none when a character is missing', () => {
      expect(describeCredential(example.slice(0, -1))).toBeUndefined();
    });
  },
);

describe('a credential is found in', () => {
  const pem = (head: string): string => base64(`-----BEGIN ${head}-----\nMIIEvQ`);
  it.each([
    ['an Authorization header', `Authorization: Bearer eyJ${mix(20)}.eyJ${mix(40)}.${mix(43)}`],
    ['a JSON web token', `ghs_123456_eyJ${mix(20)}.eyJ${mix(40)}.${mix(43)}`],
    ['a private key', `${'-----BEGIN'} OPENSSH PRIVATE KEY-----`],
    ['a private key', `${'-----BEGIN'} PGP PRIVATE KEY BLOCK-----`],
    ['a private key', `{"private_key":"${'-----BEGIN'} PRIVATE KEY-----\\nMII"}`],
    ...['RSA PRIVATE KEY', 'EC PRIVATE KEY', 'OPENSSH PRIVATE KEY', 'ENCRYPTED PRIVATE KEY', 'PGP PRIVATE KEY BLOCK'].map(
      (head): [string, string] => ['an encoded private key', `client-key-data: ${pem(head)}`],
    ),
    ['an Authorization header', `curl -H "Authorization: Basic ${base64('user:hunter22')}"`],
    ['an Authorization header', `{"Authorization": "Basic ${base64('me:hunter22')}"}`],
    ['an Authorization header', `Authorization=Basic%20${base64('12:glc')}`],
    ['an Authorization header', "-H 'authorization: Bearer 0123456789abcdef'"],
    ['a URL with a password', `https://ghp_${mix(36)}:x-oauth-basic@github.com`],
    ['a GitHub token', `https://ghp_${mix(36)}@github.com`],
    ['a Slack token', `xoxe.xoxb-1-${mix(163)}`],
    ['a Slack token', `xoxa-2-123456789012-123456789012-${hex(32)}`],
    ['a URL with a password', 'postgres://me:secret@db/x'],
    ['a URL with a password', 'redis://:pw@host:6379/0'],
    ['a URL with a password', 'POSTGRES://me:hunter22@db/x'],
    ['a URL with a password', 'postgres://me:hunt/er22@db/x'],
    ['a URL with a password', 'postgres://me:hunt@er22@db/x'],
    ['a URL with a password', 'postgres://me:hun$ter22@db/x'],
    ['a URL with a password', 'postgres://me:pa$$word@db/x'],
    ['a URL with a password', 'postgres://me:hunt?er#22@db/x'],
    ['a URL with a password', 'mongodb+srv://me:hunter22@a.example.org,b.example.org/x'],
    ['a URL with a password', 'https://example.org:8443/a@b then https://me:hunter22@example.org'],
    ['a URL with a password', 'https://me:12@example.org'],
    ['a URL with a password', 'jdbc:oracle:thin:scott/tiger@//db:1521/x'],
    ['an Azure signature', `SharedAccessSignature=sig=${mix(43)}=&sv=1`],
    ['a connection string with a password', 'jdbc:postgresql://db/x?user=me&password=hunter22'],
    ['a connection string with a password', 'jdbc:sqlserver://db;password=hunter22'],
    ['a connection string with a password', 'Server=db;User ID=me;Password=hunter22;'],
    ['a connection string with a password', 'PWD="hunter22";UID=me'],
    ['a connection string with a password', 'host=db user=me password=hunter22'],
    ['a connection string with a password', 'Server = db; Password = hunter22;'],
    ['a connection string with a password', 'root:hunter22@tcp(db:3306)/app'],
    ['an Authorization header', 'authorization=BEARER abcdefghijklmnop1234'],
  ])('%s: %s', (issuer, text) => {
    expect(describeCredential(text)).toBe(issuer);
  });
});

describe('no credential is', () => {
  it.each([
    'sk-learn-random-forest-classifier-v2-production',
    'sk-proj-random-forest-classifier-v2-for-production',
    'sk-ant-colony-optimizer-for-vehicle-routing-v2',
    'task-proj-0123456789012345678901234567890123456789',
    `AKIAIOSFODNN7${'EXAMPLE'}`,
    `AKIAI44QH8DHB${'EXAMPLE'}`,
    `ASIAIOSFODNN7${'EXAMPLE'}`,
    `AKIA111111111${'EXAMPLE'}`,
    `wJalrXUtnFEMI/K7MDENG/bPxRfiCY${'EXAMPLEKEY'}`,
    `ghp_${'x'.repeat(36)}`,
    `ghp_${'X'.repeat(36)}`,
    `sk-${'x'.repeat(48)}`,
    `AKIA${'X'.repeat(16)}`,
    `dapi${'0'.repeat(32)}`,
    'ghp_your_token_here',
    'xoxb-your-token',
    'xoxe.xoxp-1-RANDOMSTRINGHERE',
    'hf_servingcellpriorityparametersdescription_t',
    `https://example.org/video.ico-${hex(32)}.png`,
    `a0~8Q~${mix(40)}`,
    'xoxb-not-a-real-token-but-a-long-text',
    `https://hooks.slack.com/services/T00000000/B00000000/${'X'.repeat(24)}`,
    `Bearer YOUR_TOKEN_WITH_40_CHARACTERS`,
    'Authorization: Bearer <token>',
    'Authorization: Bearer $(TOKEN)',
    'Authorization: Basic authentication',
    'Basic authentication is a scheme of HTTP',
    'Basic Operations',
    'Basic Organization',
    'docker://alpine:3.20@sha256:0123456789abcdef',
    'Bearer tokens are what most APIs want, see section 2.1',
    'postgres://user:<password>@db/x',
    'postgres://user:****@db/x',
    'postgres://user:xxx@db/x',
    'postgres://user:$(PASSWORD)@db/x',
    `postgres://user:\${PASSWORD}@db/x`,
    `postgres://\${DB_USER:-app}:\${DB_PASSWORD:-app}@db/x`,
    'postgres://user:$PASSWORD@db/x',
    'postgres://user:{{password}}@db/x',
    'postgres://user:%s@db/x',
    'postgres://USER:PASSWORD@HOST/DB',
    'postgres://user:your-password@db/x',
    'postgres://user@db:5432/x@y',
    'postgres://:@db/x',
    'https://example.org:8443/a@b',
    'https://example.org:8443?mail=a@b.org',
    `https://example.org:\${PORT}/a@b`,
    '(http://localhost:8080),me@example.org',
    'http://[::1]:8080/a@b',
    'git@github.com:org/repo',
    'ssh://git@github.com:org/repo@v1',
    'me@example.org',
    '://u:hunter22@db',
    'jdbc:oracle:thin:@//db:1521/x',
    'Server=db;User ID=me;Password=;',
    'Server=db;User ID=me;Password=$(PASSWORD);',
    'host=db password=$(cat /secrets/db/password)',
    'set password=hunter22 in the form',
    '--password=hunter22',
    'da39a3ee5e6b4b0d3255bfef95601890afd80709',
    `4b1d${hex(36)}`,
    `4b1d${hex(60)}`,
    `ghcr.io/acme/tools:1@sha256:${hex(64)}`,
    `registry.example.org:5000/acme/tools@sha256:${hex(64)}`,
    UUID,
    `${hex(32)}-user`,
    'a token of GitHub begins with ghp_, one of GitLab with glpat-, and a key of OpenAI with sk-',
    base64('-----BEGIN CERTIFICATE-----\nMIIC'),
    `${'-----BEGIN'} CERTIFICATE-----`,
    `${'-----BEGIN'} PUBLIC KEY-----`,
    `eyJ${mix(20)}`,
    'a.b.c.d.MTIz.com',
    '',
  ])('%s', (text) => {
    expect(describeCredential(text)).toBeUndefined();
  });

  it('a text behind more than any field can hold', () => {
    const token = `ghp_${mix(36)}`;
    const room = 512 * 1024 - token.length;
    expect(describeCredential(`${' '.repeat(room)}${token}`)).toBe('a GitHub token');
    expect(describeCredential(`${' '.repeat(room + 1)}${token}`)).toBeUndefined();
  });
});
