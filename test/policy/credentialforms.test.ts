/** What is found as a credential, form by form, and what is near one and is none. Every text is made up, from parts. */
import { describe, expect, it } from 'vitest';
import { CREDENTIAL_FORMS } from '../../src/policy/credentials/forms.ts';
import { describeCredential } from '../../src/policy/credentials/search.ts';
import { base64, EXAMPLES, hex, mix, UUID } from '../support/credentials.ts';

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
