{{- define "rotor.fullname" -}}
{{- if .Values.fullnameOverride -}}
{{- .Values.fullnameOverride | trunc 63 | trimSuffix "-" -}}
{{- else -}}
{{- $name := default .Chart.Name .Values.nameOverride -}}
{{- if contains $name .Release.Name -}}{{ .Release.Name | trunc 63 | trimSuffix "-" }}
{{- else -}}{{ printf "%s-%s" .Release.Name $name | trunc 63 | trimSuffix "-" }}{{- end -}}
{{- end -}}
{{- end -}}

{{- define "rotor.namespace" -}}{{ default .Release.Namespace .Values.namespaceOverride }}{{- end -}}

{{- define "rotor.selector" -}}
app.kubernetes.io/name: rotor
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end -}}

{{- /* Of an object: `name`; `namespace`, `labels` and `annotations` where it has any. What stands in `labels` wins over
commonLabels. */ -}}
{{- define "rotor.metadata" -}}
{{- $out := dict "name" .name -}}
{{- with .namespace }}{{ $_ := set $out "namespace" . }}{{ end -}}
{{- with merge (dict) (default dict .labels) (default dict .root.Values.commonLabels) }}{{ $_ := set $out "labels" . }}{{ end -}}
{{- with .annotations }}{{ $_ := set $out "annotations" . }}{{ end -}}
{{- toYaml $out -}}
{{- end -}}

{{- /* The same, of what is found by the selector's labels in Rotor's own namespace. */ -}}
{{- define "rotor.ownMetadata" -}}
{{- $labels := merge (include "rotor.selector" .root | fromYaml) (default dict .labels) -}}
{{- include "rotor.metadata" (merge (dict "labels" $labels "namespace" (default (include "rotor.namespace" .root) .namespace)) .) -}}
{{- end -}}

{{- define "rotor.serviceAccount" -}}
{{- default (include "rotor.fullname" .) .Values.serviceAccount.name -}}
{{- end -}}

{{- define "rotor.subjects" -}}
- kind: ServiceAccount
  name: {{ include "rotor.serviceAccount" . }}
  namespace: {{ include "rotor.namespace" . }}
{{- end -}}

{{- /* How a Service is reached: by which kinds of addresses. */ -}}
{{- define "rotor.addresses" -}}
{{- with pick (default dict .Values.service) "ipFamilyPolicy" "ipFamilies" -}}
{{- range $name, $value := . }}{{ if $value }}
{{ dict $name $value | toYaml }}
{{- end }}{{ end -}}
{{- end -}}
{{- end -}}

{{- define "rotor.metricsPort" -}}
{{- with .Values.metrics.bindAddress -}}{{ splitList ":" . | last }}{{- else -}}{{ .Values.metrics.listen.port }}{{- end -}}
{{- end -}}

{{- define "rotor.webhookHost" -}}{{ printf "%s-webhook.%s.svc" (include "rotor.fullname" .) (include "rotor.namespace" .) }}{{- end -}}

{{- define "rotor.leaseName" -}}{{ default "external-secrets-controller" .Values.leaderElectionID }}{{- end -}}

{{- /* "1m30s" → 90000 */ -}}
{{- define "rotor.milliseconds" -}}
{{- $units := dict "ms" 1 "s" 1000 "m" 60000 "h" 3600000 -}}
{{- $sum := 0.0 -}}
{{- range regexFindAll "[0-9.]+(ms|s|m|h)" . -1 -}}
{{- $number := regexFind "[0-9.]+" . -}}
{{- $sum = addf $sum (mulf (float64 $number) (get $units (trimPrefix $number .))) -}}
{{- end -}}
{{- $sum -}}
{{- end -}}

{{- /* "256Mi" → 268435456 */ -}}
{{- define "rotor.bytes" -}}
{{- $units := dict "" 1 "n" 1e-9 "u" 1e-6 "m" 1e-3 "k" 1e3 "M" 1e6 "G" 1e9 "T" 1e12 "P" 1e15 "E" 1e18 "Ki" 1024 "Mi" 1048576 "Gi" 1073741824 "Ti" 1099511627776 "Pi" 1125899906842624 "Ei" 1152921504606846976 -}}
{{- $number := regexFind "^[+]?[0-9.]+([eE][-+]?[0-9]+)?" . -}}
{{- mulf (float64 $number) (get $units (trimPrefix $number .)) -}}
{{- end -}}

{{- /* Of so many replicas, as a PodDisruptionBudget counts: (list 1 2) → 1, (list "51%" 2) → 2 */ -}}
{{- define "rotor.share" -}}
{{- $said := first . | toString -}}
{{- if hasSuffix "%" $said -}}{{ divf (mulf (trimSuffix "%" $said | float64) (last .)) 100 | ceil }}{{- else -}}{{ $said }}{{- end -}}
{{- end -}}
