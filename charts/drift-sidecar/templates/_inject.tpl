{{- /* The injector's settings file: what the chart knows, and what the values say, which wins. */}}
{{- define "drift-sidecar.injectSettings" -}}
{{- $version := semver .Capabilities.KubeVersion.Version }}
{{- $known := dict "image" (include "drift-sidecar.image" .) "image_pull_policy" .Values.image.pullPolicy "kubernetes" (printf "%d.%d" $version.Major $version.Minor) "native" .Values.sidecar.native "resources" .Values.sidecar.resources "address" .Values.sidecar.address }}
{{- if contains ":" .Values.sidecar.address }}{{ $_ := set $known "listen" (printf "[%s]:8443" .Values.sidecar.address) }}{{ end }}
{{- toYaml (merge (deepCopy .Values.inject.settings) $known) }}
{{- end }}
