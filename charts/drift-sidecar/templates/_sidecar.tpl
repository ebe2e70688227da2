{{- /*
The sidecar beside a model. Another chart that has this one as a dependency takes it from here, and so does `deploy`.

All but podAnnotations and podLabels take a dict:
  root         this chart's context: (index .Subcharts "drift-sidecar") in the chart around it
  port         the port on which the model listens
  portName     the name of that port, which the sidecar takes over; without it the port is called drift-traffic
  modelName    the model's name where `settings` gives none; without either, the release's
  tokens       true where the pod mounts a service account's token, which the sidecar is not to have
  extraEnv, extraVolumeMounts   lists, where there is more to say
*/}}

{{- /* All containers of a pod share its ports and, as far as Services are concerned, their names. */}}
{{- define "drift-sidecar.checkPort" -}}
{{- if has (int .port) (list 15080 15090 15021) }}
{{- fail (printf "port %d: the sidecar listens there itself; let the model listen elsewhere" (int .port)) }}
{{- end }}
{{- if has .portName (list "drift-monitor" "drift-health") }}
{{- fail (printf "port name %s: another port of the sidecar has it" .portName) }}
{{- end }}
{{- end }}

{{- /* The container, as a map. The injector makes the same one: tests/chart/test_one_sidecar.py holds them against each other. */}}
{{- define "drift-sidecar.container" -}}
{{- include "drift-sidecar.checkPort" . }}
{{- $values := .root.Values }}
{{- $address := contains ":" $values.sidecar.address | ternary (printf "[%s]" $values.sidecar.address) $values.sidecar.address }}
name: drift-sidecar
image: {{ include "drift-sidecar.image" .root }}
imagePullPolicy: {{ $values.image.pullPolicy }}
args: [run, --tolerant]
{{- if include "drift-sidecar.native" .root }}
restartPolicy: Always
{{- end }}
ports:
  - name: {{ .portName | default "drift-traffic" }}
    containerPort: 15080
    protocol: TCP
  - name: drift-monitor
    containerPort: 15090
    protocol: TCP
  - name: drift-health
    containerPort: 15021
    protocol: TCP
env:
  - name: DRIFT_LISTEN
    value: {{ printf "%s:15080" $address | quote }}
  - name: DRIFT_UPSTREAM
    value: 127.0.0.1:{{ required "port: the port on which the model listens" .port }}
  - name: DRIFT_MONITOR
    value: {{ printf "%s:15090" $address | quote }}
  - name: DRIFT_HEALTH
    value: {{ printf "%s:15021" $address | quote }}
  - name: DRIFT_CONFIG
    value: /etc/drift-sidecar/config.yaml
  - name: DRIFT_BASELINE
    value: {{ $values.settings.baseline | default "/etc/drift-sidecar/baseline.json" | replace "$" "$$" | quote }}
  - name: DRIFT_DRAIN
    value: {{ include "drift-sidecar.drain" .root | quote }}
  - name: DRIFT_MODEL__NAME
    value: {{ (($values.settings).model).name | default .modelName | default (include "drift-sidecar.fullname" .root) | replace "$" "$$" | quote }}
  {{- with .extraEnv }}
  {{- toYaml . | nindent 2 }}
  {{- end }}
resources:
  {{- toYaml $values.sidecar.resources | nindent 2 }}
startupProbe:
  httpGet:
    path: /healthz/started
    port: drift-health
    scheme: HTTP
  periodSeconds: 1
  timeoutSeconds: 3
  failureThreshold: 120
readinessProbe:
  httpGet:
    path: /healthz/ready
    port: drift-health
    scheme: HTTP
  periodSeconds: 2
  timeoutSeconds: 3
  failureThreshold: 3
livenessProbe:
  httpGet:
    path: /healthz/live
    port: drift-health
    scheme: HTTP
  periodSeconds: 10
  timeoutSeconds: 5
  failureThreshold: 3
lifecycle:
  preStop:
    httpGet:
      path: /healthz/drain
      port: drift-health
      scheme: HTTP
securityContext:
  {{- include "drift-sidecar.hardened" . | nindent 2 }}
volumeMounts:
  - name: drift-sidecar-config
    mountPath: /etc/drift-sidecar
    readOnly: true
  {{- if .tokens }}
  - name: drift-sidecar-no-token
    mountPath: /var/run/secrets/kubernetes.io/serviceaccount
    readOnly: true
  {{- end }}
  {{- with .extraVolumeMounts }}
  {{- toYaml . | nindent 2 }}
  {{- end }}
{{- end }}

{{- /* An item of `initContainers`, where the cluster knows native sidecars, else nothing. */}}
{{- define "drift-sidecar.initContainers" -}}
{{- if include "drift-sidecar.native" .root }}
- {{ include "drift-sidecar.container" . | nindent 2 | trim }}
{{- end }}
{{- end }}

{{- /* An item of `containers`, where it does not, else nothing. */}}
{{- define "drift-sidecar.containers" -}}
{{- if not (include "drift-sidecar.native" .root) }}
- {{ include "drift-sidecar.container" . | nindent 2 | trim }}
{{- end }}
{{- end }}

{{- /* The `lifecycle` of the model's container: it is told to end only when what was relayed to it is finished. */}}
{{- define "drift-sidecar.preStop" -}}
preStop:
  httpGet:
    path: /healthz/drain
    port: 15021
    scheme: HTTP
{{- end }}

{{- /* Items of `volumes`. */}}
{{- define "drift-sidecar.volumes" -}}
- name: drift-sidecar-config
  configMap:
    name: {{ include "drift-sidecar.configMapName" .root | toYaml }}
    optional: true
{{- if .tokens }}
- name: drift-sidecar-no-token
  emptyDir:
    medium: Memory
    sizeLimit: 1Mi
{{- end }}
{{- end }}

{{- /* Changes when something does that only a restart applies. Takes this chart's context. */}}
{{- define "drift-sidecar.podAnnotations" -}}
drift-sidecar/checksum: {{ list (omit .Values.settings "thresholds" "evidence" "quality" "alerts") .Values.baseline | toJson | sha256sum | trunc 32 }}
{{- end }}

{{- /* Keeps the injector away from a pod that has its sidecar, and lets the PodMonitor find it. Takes this chart's context. */}}
{{- define "drift-sidecar.podLabels" -}}
drift-sidecar/inject: "false"
drift-sidecar/injected: "true"
{{- end }}

{{- /* Seconds for which the sidecar goes on accepting; 0 is a number of seconds. */}}
{{- define "drift-sidecar.drain" -}}
{{- hasKey .Values.settings "drain" | ternary .Values.settings.drain 5 }}
{{- end }}

{{- /* `terminationGracePeriodSeconds`: what the pod asks for, but enough to drain. A dict: `root`, `seconds`. */}}
{{- define "drift-sidecar.gracePeriod" -}}
{{- max (int .seconds) (add 20 (include "drift-sidecar.drain" .root | float64 | ceil | int)) }}
{{- end }}
