import type { SympoziumPolicySpec } from '../api/generated/types.ts';
import { isImageUnder, parseImage } from '../kube/image.ts';
import { type PackRule, type RuleName, type RunRule, sidecarPath } from './rule.ts';
import type { Denial } from './verdict.ts';

/** The name under which a site has an image: the first replacement whose beginning matches whole components. */
export function rewriteImage(reference: string, { images }: SympoziumPolicySpec): string {
  const image = parseImage(reference);
  const rewrite = image && (images?.rewrites ?? []).find(({ from }) => isImageUnder(image, from));
  if (image === undefined || rewrite === undefined) return reference;
  const from = rewrite.from.split('/').filter((component) => component !== '');
  const rest = image.path.split('/').slice(from.length - 1);
  return `${[rewrite.to.replace(/\/+$/, ''), ...rest].join('/')}${image.suffix}`;
}

/** A registry may have a name and a password before it, which nobody shall read. */
const USERINFO = /^[^/]*@(?!sha\d+:)/;

function judgeImage(reference: string, path: string, policy: SympoziumPolicySpec): Denial[] {
  const { registries, requireDigest } = policy.images ?? {};
  const name = rewriteImage(reference, policy);
  const image = parseImage(name);
  const deny = (rule: RuleName, why: string, permit: string): Denial => ({
    rule,
    path,
    found: name.replace(USERINFO, '***@'),
    why,
    permit,
    permissible: true,
  });
  if (image === undefined || USERINFO.test(name)) {
    return registries === undefined && !requireDigest
      ? []
      : [deny('image', 'a reference that cannot be read cannot be judged', 'write it as registry/path:tag')];
  }
  const denials: Denial[] = [];
  if (registries !== undefined && !registries.some((prefix) => isImageUnder(image, prefix))) {
    const why = 'an image from elsewhere was not checked by anybody';
    denials.push(deny('image-registry', why, `spec.images.registries with ${image.registry}/${image.path} permits it`));
  }
  if (requireDigest && !image.isPinned) {
    const why = 'what a tag names can change after it was checked';
    denials.push(deny('image-digest', why, 'pin it with @sha256:..., or set spec.images.requireDigest: false'));
  }
  return denials;
}

/** Images come from where the policy says, pinned where it says so; those of skills are always pinned. */
export const denyPackImages: PackRule = (pack, policy) => [
  ...(pack.sidecar === undefined ? [] : judgeImage(pack.sidecar.image, `${sidecarPath(pack)}.image`, policy)),
  ...pack.skills.flatMap(({ image }, index) =>
    image === undefined
      ? []
      : judgeImage(image.reference, `SkillPack/${pack.name} spec.skills[${index}].image.reference`, policy),
  ),
];

/** The agent's image is the policy's own choice, and judged all the same: a default may not fit the list. */
export const denyAgentImage: RunRule = ({ mode, agent }, policy) =>
  mode === 'server' ? [] : judgeImage(agent.image, 'SympoziumPolicy spec.defaults.agent.image', policy);
