/** The kinds of sympozium.ai/v1alpha1 this function composes or reads, in the variant with claims. */
export const API_VERSION = 'sympozium.ai/v1alpha1';
export const SKILL_PACK = 'SkillPack';
export const SYMPOZIUM_INSTANCE = 'XSympoziumInstance';
export const AGENT_RUN = 'XAgentRun';
export const SYMPOZIUM_POLICY = 'SympoziumPolicy';
