// Generated from the XRDs in package by tools/generate.ts; do not edit.
export interface SchemaError {
  instancePath: string;
  keyword: string;
  params: Record<string, unknown>;
}
/** Checks a value, fills in defaults, and leaves what it found wrong in `errors`. */
export interface Validator {
  (value: unknown): boolean;
  errors?: SchemaError[] | null;
}
export const validateAgentRunApprovalSpec: Validator;
export const validateAgentRunSpec: Validator;
export const validateAgentScheduleSpec: Validator;
export const validateJsonSchema: Validator;
export const validateSettings: Validator;
export const validateSkillPackSpec: Validator;
export const validateSympoziumInstanceSpec: Validator;
export const validateSympoziumPolicySpec: Validator;
