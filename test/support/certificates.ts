/** Certificates made for one test run; no key is ever in Git. */
import 'reflect-metadata';
import type { webcrypto } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  BasicConstraintsExtension,
  ExtendedKeyUsageExtension,
  KeyUsageFlags,
  KeyUsagesExtension,
  SubjectAlternativeNameExtension,
  X509CertificateGenerator,
} from '@peculiar/x509';
import { temporaryDirectory } from './temporary.ts';

export interface Pair {
  cert: Buffer;
  key: Buffer;
}

export interface Authority extends Pair {
  name: string;
  keys: webcrypto.CryptoKeyPair;
}

const SERVER_AUTH = '1.3.6.1.5.5.7.3.1';
const CLIENT_AUTH = '1.3.6.1.5.5.7.3.2';
const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
const DAY = 24 * 3600 * 1000;
let serial = 1;

const pem = async (key: webcrypto.CryptoKey): Promise<Buffer> => {
  const der = Buffer.from(await crypto.subtle.exportKey('pkcs8', key)).toString('base64');
  return Buffer.from(`-----BEGIN PRIVATE KEY-----\n${der}\n-----END PRIVATE KEY-----\n`);
};

const newKeys = (): Promise<webcrypto.CryptoKeyPair> => crypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);

export async function createAuthority(name: string, { to = DAY }: { to?: number } = {}): Promise<Authority> {
  const keys = await newKeys();
  const certificate = await X509CertificateGenerator.createSelfSigned({
    serialNumber: String(serial++).padStart(4, '0'),
    name,
    keys,
    notBefore: new Date(Date.now() - DAY),
    notAfter: new Date(Date.now() + to),
    signingAlgorithm: ALGORITHM,
    extensions: [new BasicConstraintsExtension(true, undefined, true), new KeyUsagesExtension(KeyUsageFlags.keyCertSign, true)],
  });
  return { name, keys, cert: Buffer.from(certificate.toString('pem')), key: await pem(keys.privateKey) };
}

/** A certificate of `authority`, without key identifiers, as Crossplane issues them. */
export async function issue(
  authority: Authority,
  {
    subject = authority.name,
    usage = CLIENT_AUTH,
    from = -DAY,
    to = DAY,
  }: { subject?: string; usage?: string; from?: number; to?: number } = {},
): Promise<Pair> {
  const keys = await newKeys();
  const certificate = await X509CertificateGenerator.create({
    serialNumber: String(serial++).padStart(4, '0'),
    subject,
    issuer: authority.name,
    publicKey: keys.publicKey,
    signingKey: authority.keys.privateKey,
    notBefore: new Date(Date.now() + from),
    notAfter: new Date(Date.now() + to),
    signingAlgorithm: ALGORITHM,
    extensions: [
      new BasicConstraintsExtension(false, undefined, true),
      new KeyUsagesExtension(KeyUsageFlags.digitalSignature, true),
      new ExtendedKeyUsageExtension([usage]),
      new SubjectAlternativeNameExtension([
        { type: 'dns', value: 'localhost' },
        { type: 'ip', value: '127.0.0.1' },
        { type: 'ip', value: '::1' },
      ]),
    ],
  });
  return { cert: Buffer.from(certificate.toString('pem')), key: await pem(keys.privateKey) };
}

export const issueServer = (authority: Authority): Promise<Pair> =>
  issue(authority, { subject: 'CN=function', usage: SERVER_AUTH });

/** A directory as Crossplane mounts it in a function. */
export function writeCertificates({ cert: ca }: Pair, { cert, key }: Pair, directory = temporaryDirectory()): string {
  writeFileSync(join(directory, 'ca.crt'), ca);
  writeFileSync(join(directory, 'tls.crt'), cert);
  writeFileSync(join(directory, 'tls.key'), key);
  return directory;
}
