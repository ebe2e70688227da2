{{- /*
The sidecar beside a model. Another chart that has this one as a dependency takes it from here, and so does `deploy`.

All but podAnnotations and podLabels take a dict:
  root         this chart's context: (index .Subcharts "drift-sidecar") in the chart around it
  port         the port on which the model listens
  portName     the name of that port, which the sidecar takes over; without it the port is called drift-traffic
  extraEnv, extraVolumeMounts   lists, where there is more to say
*/}}

{{- /* Not empty if the container reads a ConfigMap: always, for it may come later. */}}
{{- define "drift-sidecar.container" -}}
{{- $values := .root.Values }}
name: drift-sidecar
image: {{ include "drift-sidecar.image" .root }}
imagePullPolicy: {{ $values.image.pullPolicy }}
args: [run]
{{- if include "drift-sidecar.native" .root }}
restartPolicy: Always
{{- end }}
env:
  - name: DRIFT_LISTEN
    value: 0.0.0.0:15080
  - name: DRIFT_UPSTREAM
    value: 127.0.0.1:{{ required "port: the port on which the model listens" .port }}
  - name: DRIFT_MONITOR
    value: 0.0.0.0:15090
  - name: DRIFT_HEALTH
    value: 0.0.0.0:15021
  - name: DRIFT_CONFIG
    value: /etc/drift-sidecar/config.yaml
  - name: DRIFT_BASELINE
    value: {{ $values.settings.baseline | default "/etc/drift-sidecar/baseline.json" }}
  {{- with (($values.settings).model).name }}
  - name: DRIFT_MODEL__NAME
    value: {{ . | quote }}
  {{- end }}
  {{- with .extraEnv }}
  {{- toYaml . | nindent 2 }}
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
startupProbe:
  httpGet:
    path: /healthz/started
    port: drift-health
  periodSeconds: 1
  failureThreshold: 60
readinessProbe:
  httpGet:
    path: /healthz/ready
    port: drift-health
  periodSeconds: 2
  timeoutSeconds: 2
livenessProbe:
  httpGet:
    path: /healthz/live
    port: drift-health
  periodSeconds: 10
  timeoutSeconds: 5
lifecycle:
  {{- include "drift-sidecar.preStop" . | nindent 2 }}
resources:
  {{- toYaml $values.sidecar.resources | nindent 2 }}
securityContext:
  {{- include "drift-sidecar.hardened" . | nindent 2 }}
volumeMounts:
  - name: drift-sidecar-config
    mountPath: /etc/drift-sidecar
    readOnly: true
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

{{- /* The hook that both containers have: who is asked to end first waits until what was relayed is finished. */}}
{{- define "drift-sidecar.preStop" -}}
preStop:
  httpGet:
    path: /healthz/drain
    port: 15021
{{- end }}

{{- /* Items of `volumes`. */}}
{{- define "drift-sidecar.volumes" -}}
- name: drift-sidecar-config
  configMap:
    name: {{ include "drift-sidecar.configMapName" .root }}
    optional: true
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

{{- /* Seconds that a pod has to end: what it asks for, but enough to drain. A dict: `root`, `seconds`. */}}
{{- define "drift-sidecar.gracePeriod" -}}
{{- max (int .seconds) (add 20 (.root.Values.settings.drain | default 5 | ceil | int)) }}
{{- end }}
