{{- /* What things are called, and the labels by which they are found. All take the root context. */}}

{{- define "drift-sidecar.name" -}}
{{- default .Chart.Name .Values.nameOverride | trunc 40 | trimSuffix "-" }}
{{- end }}

{{- /* A release may have dots in its name; a Service may not. */}}
{{- define "drift-sidecar.fullname" -}}
{{- $name := default .Chart.Name .Values.nameOverride }}
{{- $release := .Release.Name | replace "." "-" }}
{{- if .Values.fullnameOverride }}
{{- .Values.fullnameOverride | trunc 50 | trimSuffix "-" }}
{{- else if contains $name $release }}
{{- $release | trunc 50 | trimSuffix "-" }}
{{- else }}
{{- printf "%s-%s" $release $name | trunc 50 | trimSuffix "-" }}
{{- end }}
{{- end }}

{{- define "drift-sidecar.injectorName" -}}
{{ include "drift-sidecar.fullname" . }}-injector
{{- end }}

{{- /* Of a cluster-wide object: two releases in two namespaces may have one name. */}}
{{- define "drift-sidecar.clusterName" -}}
{{ include "drift-sidecar.fullname" . }}.{{ .Release.Namespace }}
{{- end }}

{{- define "drift-sidecar.configMapName" -}}
{{ .Values.existingConfigMap | default (printf "%s-config" (include "drift-sidecar.fullname" .)) }}
{{- end }}

{{- define "drift-sidecar.injectorServiceAccount" -}}
{{- with .Values.inject.serviceAccount }}
{{- .name | default (.create | ternary (include "drift-sidecar.injectorName" $) "default") }}
{{- end }}
{{- end }}

{{- define "drift-sidecar.deployServiceAccount" -}}
{{- with .Values.deploy.serviceAccount }}
{{- .name | default (.create | ternary (include "drift-sidecar.fullname" $) "default") }}
{{- end }}
{{- end }}

{{- define "drift-sidecar.image" -}}
{{- with .Values.image }}
{{- if .digest }}
{{- printf "%s@%s" .repository .digest }}
{{- else }}
{{- printf "%s:%s" .repository (.tag | default $.Chart.AppVersion) }}
{{- end }}
{{- end }}
{{- end }}

{{- /* Labels that never change, for selectors. A dict: `root`, `component`. Names go through toYaml, for `123` is one too. */}}
{{- define "drift-sidecar.selectorLabels" -}}
app.kubernetes.io/name: {{ include "drift-sidecar.name" .root | toYaml }}
app.kubernetes.io/instance: {{ .root.Release.Name | toYaml }}
app.kubernetes.io/component: {{ .component }}
{{- end }}

{{- /* Labels of a pod: nothing in them changes with the chart's version, so that an upgrade restarts only what changed. */}}
{{- define "drift-sidecar.templateLabels" -}}
{{ include "drift-sidecar.selectorLabels" . }}
{{- with .root.Values.commonLabels }}
{{ toYaml . }}
{{- end }}
{{- end }}

{{- define "drift-sidecar.labels" -}}
{{ include "drift-sidecar.selectorLabels" . }}
app.kubernetes.io/version: {{ .root.Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .root.Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .root.Chart.Name .root.Chart.Version | replace "+" "_" }}
{{- with .root.Values.commonLabels }}
{{ toYaml . }}
{{- end }}
{{- end }}

{{- /* The metadata of one object. A dict: `root`, `component`, `name`, and `annotations`, `labels`, `namespace`, `clusterWide` where there is need. */}}
{{- define "drift-sidecar.metadata" -}}
name: {{ .name | toYaml }}
{{- if not .clusterWide }}
namespace: {{ .namespace | default .root.Release.Namespace | toYaml }}
{{- end }}
labels:
  {{- include "drift-sidecar.labels" . | nindent 2 }}
  {{- with .labels }}
  {{- toYaml . | nindent 2 }}
  {{- end }}
{{- with merge (dict) (.annotations | default dict) .root.Values.commonAnnotations }}
annotations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end }}
