/**
 * Image references as container runtimes read them: https://github.com/distribution/reference. The first component is a
 * registry only when it has a dot or a colon or is `localhost`; everything else is on docker.io.
 */

export interface Image {
  /** In lower case, with its port. */
  registry: string;
  path: string;
  /** `:<tag>`, `@<digest>`, both or nothing. */
  suffix: string;
  isPinned: boolean;
}

const DOCKER_HUB = 'docker.io';
const SUFFIX = /^([^@]*?)((?::[A-Za-z0-9_][A-Za-z0-9_.-]*)?(?:@.*)?)$/;
const REGISTRY =
  /^(?:[a-zA-Z0-9]([a-zA-Z0-9-]*[a-zA-Z0-9])?(\.[a-zA-Z0-9]([a-zA-Z0-9-]*[a-zA-Z0-9])?)*|\[[0-9a-fA-F:]+\])(:[0-9]+)?$/;
const PATH = /^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*(?:\/[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*)*$/;
const DIGEST = /^@sha256:[0-9a-f]{64}$/;

/** The parts of a reference, or undefined when no runtime would take it. */
export function parseImage(reference: string): Image | undefined {
  const [first = '', ...rest] = reference.split('/');
  const hasRegistry = rest.length > 0 && (/[.:]/.test(first) || first === 'localhost');
  const name = hasRegistry ? rest.join('/') : reference;
  const [, repository = '', suffix = ''] = SUFFIX.exec(name) ?? [];
  const host = hasRegistry ? first.toLowerCase() : DOCKER_HUB;
  const registry = host === 'index.docker.io' ? DOCKER_HUB : host;
  const path = registry === DOCKER_HUB && !repository.includes('/') ? `library/${repository}` : repository;
  const at = suffix.indexOf('@');
  const digest = at < 0 ? undefined : suffix.slice(at);
  if (!REGISTRY.test(registry) || !PATH.test(path) || (digest !== undefined && !DIGEST.test(digest))) return undefined;
  return { registry, path, suffix, isPinned: digest !== undefined };
}

/** Whether an image is in a registry, or under the beginning of a path in it, whole components at a time. */
export function isImageUnder({ registry, path }: Image, prefix: string): boolean {
  const [host = '', ...components] = prefix.split('/').filter((component) => component !== '');
  const below = components.join('/');
  return registry === host.toLowerCase() && (below === '' || path === below || path.startsWith(`${below}/`));
}
