-- The health of each kind of this product for Argo CD: the value of resource.customizations.health.sympozium.ai_AgentRun, and so on, in its ConfigMap argocd-cm. https://argo-cd.readthedocs.io/en/stable/operator-manual/health/#custom-health-checks
local status = obj.status or {}
local healths = {
  Succeeded = "Healthy",
  Cancelled = "Suspended",
  Serving = "Healthy",
  Ready = "Healthy",
  Active = "Healthy",
  Recorded = "Healthy",
  Suspended = "Suspended",
  Failed = "Degraded",
  Refused = "Degraded",
  Invalid = "Degraded",
}
return {
  status = healths[status.phase] or "Progressing",
  message = status.message or "Waiting for the first answer of the function",
}
