{{- /* The injector's settings file: what the chart knows, and what the values say, which wins. */}}
{{- define "drift-sidecar.injectSettings" -}}
{{- $known := dict "image" (include "drift-sidecar.image" .) "image_pull_policy" .Values.image.pullPolicy "kubernetes" .Capabilities.KubeVersion.Version "native" .Values.sidecar.native }}
{{- toYaml (merge (dict) .Values.inject.settings $known) }}
{{- end }}
