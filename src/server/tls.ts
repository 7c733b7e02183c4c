/**
 * Who may call. OpenSSL's own check is not used: Crossplane's client certificate carries the same subject as its CA and
 * no key identifiers, so OpenSSL takes it for a self-signed stranger although the signature is the CA's. The handshake
 * proves that the client holds the key of its certificate; whether that certificate is good is judged here.
 */
import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createSecureContext } from 'node:tls';

export interface Certificates {
  ca: Buffer;
  cert: Buffer;
  key: Buffer;
}

/** The files Crossplane mounts. */
export const CERTIFICATE_FILES = ['ca.crt', 'tls.crt', 'tls.key'] as const;

/** Reads the files in a directory. Throws one readable line. */
export function loadCertificates(directory: string): Certificates {
  const read = (file: (typeof CERTIFICATE_FILES)[number]): Buffer => {
    try {
      return readFileSync(join(directory, file));
    } catch (error) {
      throw new Error(`cannot read ${file} in the TLS directory ${JSON.stringify(directory)}: ${(error as Error).message}`);
    }
  };
  const certificates = { ca: read('ca.crt'), cert: read('tls.crt'), key: read('tls.key') };
  try {
    parseAuthorities(certificates.ca);
    createSecureContext(certificates);
  } catch (error) {
    throw new Error(`cannot use the certificates in ${JSON.stringify(directory)}: ${(error as Error).message}`);
  }
  return certificates;
}

/** Every certificate of a PEM bundle. */
export function parseAuthorities(pem: Buffer): X509Certificate[] {
  const blocks = pem.toString('utf8').match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g);
  if (blocks === null) throw new Error('ca.crt holds no certificate');
  return blocks.map((block) => new X509Certificate(block));
}

const CLIENT_AUTH = '1.3.6.1.5.5.7.3.2';
const ANY_USAGE = '2.5.29.37.0';

/** A friend is one until its certificate or its CA's ends, whichever is first. */
export type Verdict = { kind: 'friend'; until: Date } | { kind: 'stranger'; reason: string };

/**
 * Who a client is. It may call when its certificate is signed by one of `authorities`, valid at `now`, and made for clients
 * (a certificate without extended key usage is for anything, RFC 5280 section 4.2.1.12).
 */
export function judgeClient(certificate: X509Certificate | undefined, authorities: X509Certificate[], now: Date): Verdict {
  if (certificate === undefined) return stranger('no client certificate');
  const issuer = authorities.find((ca) => certificate.issuer === ca.subject && certificate.verify(ca.publicKey));
  if (issuer === undefined) return stranger('the client certificate is not signed by the CA');
  const chain = [certificate, issuer];
  const from = Math.max(...chain.map(({ validFrom }) => Date.parse(validFrom)));
  const until = Math.min(...chain.map(({ validTo }) => Date.parse(validTo)));
  if (!(now.getTime() >= from && now.getTime() <= until)) return stranger('the client certificate or its CA is not valid now');
  const usages = certificate.keyUsage as string[] | undefined;
  if (usages !== undefined && !usages.includes(CLIENT_AUTH) && !usages.includes(ANY_USAGE)) {
    return stranger('the client certificate is not made for clients');
  }
  return { kind: 'friend', until: new Date(until) };
}

const stranger = (reason: string): Verdict => ({ kind: 'stranger', reason });
