{{- /* Which version of an API this cluster serves. By the cluster's version, so that `helm template --kube-version` tells the same. */}}

{{- define "drift-sidecar.autoscalingVersion" -}}
{{ semverCompare ">=1.23-0" .Capabilities.KubeVersion.Version | ternary "autoscaling/v2" "autoscaling/v2beta2" }}
{{- end }}

{{- define "drift-sidecar.policyVersion" -}}
{{ semverCompare ">=1.21-0" .Capabilities.KubeVersion.Version | ternary "policy/v1" "policy/v1beta1" }}
{{- end }}

{{- /* Not empty where the sidecar is an init container that stays. */}}
{{- define "drift-sidecar.native" -}}
{{- $since := dict "always" ">=1.29-0" "auto" ">=1.33-0" "never" ">=99" }}
{{- if semverCompare (get $since .Values.sidecar.native) .Capabilities.KubeVersion.Version }}true{{ end }}
{{- end }}

{{- /* Only what the cluster's scheduler knows: one model's load on Kubernetes 1.30 and newer, else the whole pod's. */}}
{{- define "drift-sidecar.cpuMetric" -}}
{{- $target := dict "type" "Utilization" "averageUtilization" (int .Values.deploy.autoscaling.targetCPUUtilizationPercentage) }}
{{- if semverCompare ">=1.30-0" .Capabilities.KubeVersion.Version }}
- type: ContainerResource
  containerResource:
    name: cpu
    container: model
    target:
      {{- toYaml $target | nindent 6 }}
{{- else }}
- type: Resource
  resource:
    name: cpu
    target:
      {{- toYaml $target | nindent 6 }}
{{- end }}
{{- end }}
