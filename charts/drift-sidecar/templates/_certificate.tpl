{{- /*
The certificate that helm makes for the injector, as JSON: `cert`, `key`, `ca`, `previous`, `renewAfter` (seconds since 1970).

What the cluster has is kept until it is soon to end. Then there is another authority and another certificate, and the authority
before stays in the bundle: the injectors read the new certificate only when kubelet has brought it, and are trusted until then.
Where helm cannot look (`helm template`), each call makes another; GitOps takes cert-manager or a Secret of its own.
*/}}
{{- define "drift-sidecar.certificate" -}}
{{- $name := include "drift-sidecar.injectorName" . }}
{{- $kept := lookup "v1" "Secret" .Release.Namespace (printf "%s-tls" $name) | default dict }}
{{- $data := $kept.data | default dict }}
{{- $due := index (($kept.metadata | default dict).annotations | default dict) "drift-sidecar/renew-after" | default "0" | int64 }}
{{- $now := now | unixEpoch | int64 }}
{{- if and (index $data "tls.crt") (index $data "tls.key") (index $data "ca.crt") (gt $due $now) }}
{{- dict "cert" (index $data "tls.crt" | b64dec) "key" (index $data "tls.key" | b64dec) "ca" (index $data "ca.crt" | b64dec) "previous" (index $data "previous.crt" | default "" | b64dec) "renewAfter" $due | toJson }}
{{- else }}
{{- $own := .Values.inject.certificates.helm }}
{{- if ge (int $own.renewBeforeDays) (int $own.days) }}{{ fail "inject.certificates.helm: renewBeforeDays must be less than days" }}{{ end }}
{{- $dns := list (printf "%s.%s.svc" $name .Release.Namespace) (printf "%s.%s.svc.cluster.local" $name .Release.Namespace) (printf "%s.%s" $name .Release.Namespace) }}
{{- $ca := genCAWithKey (printf "%s-ca" $name | trunc 64) (int $own.days) (genPrivateKey "ecdsa") }}
{{- $cert := genSignedCertWithKey (first $dns | trunc 64) nil $dns (int $own.days) $ca (genPrivateKey "ecdsa") }}
{{- $after := add $now (mul 86400 (sub (int64 $own.days) (int64 $own.renewBeforeDays))) }}
{{- dict "cert" $cert.Cert "key" $cert.Key "ca" $ca.Cert "previous" (index $data "ca.crt" | default "" | b64dec) "renewAfter" $after | toJson }}
{{- end }}
{{- end }}
