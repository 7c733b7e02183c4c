// Generated from package by tools/commandline.ts; do not edit.
import type { JsonObject } from '../../kube/json.ts';

export const CONFIGURATIONS = ["direct","namespaced","claims"] as const;
export type Configuration = (typeof CONFIGURATIONS)[number];

/** The input of the step of each Composition, by configuration and by the kind of the composite. */
export const INPUTS: Record<Configuration, Record<string, JsonObject>> = {
  "direct": {
    "AgentRun": {
      "apiVersion": "skillpack.fn.crossplane.io/v1beta1",
      "kind": "Settings",
      "systemNamespace": "sympozium-system",
      "providerConfigName": "default",
      "compose": "Resources"
    },
    "AgentRunApproval": {
      "apiVersion": "skillpack.fn.crossplane.io/v1beta1",
      "kind": "Settings",
      "systemNamespace": "sympozium-system",
      "providerConfigName": "default"
    },
    "AgentSchedule": {
      "apiVersion": "skillpack.fn.crossplane.io/v1beta1",
      "kind": "Settings",
      "systemNamespace": "sympozium-system",
      "providerConfigName": "default"
    },
    "SkillPack": {
      "apiVersion": "skillpack.fn.crossplane.io/v1beta1",
      "kind": "Settings",
      "systemNamespace": "sympozium-system",
      "providerConfigName": "default",
      "objectScope": "Namespaced",
      "compose": "Resources"
    },
    "SympoziumInstance": {
      "apiVersion": "skillpack.fn.crossplane.io/v1beta1",
      "kind": "Settings",
      "systemNamespace": "sympozium-system",
      "providerConfigName": "default"
    },
    "SympoziumPolicy": {
      "apiVersion": "skillpack.fn.crossplane.io/v1beta1",
      "kind": "Settings",
      "systemNamespace": "sympozium-system",
      "providerConfigName": "default"
    }
  },
  "namespaced": {
    "AgentRun": {
      "apiVersion": "skillpack.fn.crossplane.io/v1beta1",
      "kind": "Settings",
      "systemNamespace": "sympozium-system",
      "providerConfigName": "default"
    },
    "AgentRunApproval": {
      "apiVersion": "skillpack.fn.crossplane.io/v1beta1",
      "kind": "Settings",
      "systemNamespace": "sympozium-system",
      "providerConfigName": "default"
    },
    "AgentSchedule": {
      "apiVersion": "skillpack.fn.crossplane.io/v1beta1",
      "kind": "Settings",
      "systemNamespace": "sympozium-system",
      "providerConfigName": "default"
    },
    "SkillPack": {
      "apiVersion": "skillpack.fn.crossplane.io/v1beta1",
      "kind": "Settings",
      "systemNamespace": "sympozium-system",
      "providerConfigName": "default",
      "objectScope": "Namespaced"
    },
    "SympoziumInstance": {
      "apiVersion": "skillpack.fn.crossplane.io/v1beta1",
      "kind": "Settings",
      "systemNamespace": "sympozium-system",
      "providerConfigName": "default"
    },
    "SympoziumPolicy": {
      "apiVersion": "skillpack.fn.crossplane.io/v1beta1",
      "kind": "Settings",
      "systemNamespace": "sympozium-system",
      "providerConfigName": "default"
    }
  },
  "claims": {
    "XAgentRun": {
      "apiVersion": "skillpack.fn.crossplane.io/v1beta1",
      "kind": "Settings",
      "systemNamespace": "sympozium-system",
      "providerConfigName": "default"
    },
    "AgentRunApproval": {
      "apiVersion": "skillpack.fn.crossplane.io/v1beta1",
      "kind": "Settings",
      "systemNamespace": "sympozium-system",
      "providerConfigName": "default"
    },
    "AgentSchedule": {
      "apiVersion": "skillpack.fn.crossplane.io/v1beta1",
      "kind": "Settings",
      "systemNamespace": "sympozium-system",
      "providerConfigName": "default"
    },
    "SkillPack": {
      "apiVersion": "skillpack.fn.crossplane.io/v1beta1",
      "kind": "Settings",
      "systemNamespace": "sympozium-system",
      "providerConfigName": "default"
    },
    "XSympoziumInstance": {
      "apiVersion": "skillpack.fn.crossplane.io/v1beta1",
      "kind": "Settings",
      "systemNamespace": "sympozium-system",
      "providerConfigName": "default"
    },
    "SympoziumPolicy": {
      "apiVersion": "skillpack.fn.crossplane.io/v1beta1",
      "kind": "Settings",
      "systemNamespace": "sympozium-system",
      "providerConfigName": "default"
    }
  }
};
