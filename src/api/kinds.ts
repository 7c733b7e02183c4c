/** The kinds of sympozium.ai/v1alpha1 that are the same in both variants; those of runs and instances are in kube/variant.ts. */
export const API_VERSION = 'sympozium.ai/v1alpha1';
export const SKILL_PACK = 'SkillPack';
export const SYMPOZIUM_POLICY = 'SympoziumPolicy';
