{{- define "rotor.logLevel" -}}
{{- $level := toString (default "" .Values.logLevel) -}}
{{- if regexMatch "^[0-9]+$" $level -}}{{ ternary "info" "debug" (eq $level "0") }}
{{- else -}}{{ default (default "info" .Values.log.level) $level }}{{- end -}}
{{- end -}}

{{- /* A flag with what the values say, unless that is nothing or the default: list NAME VALUE DEFAULT. */ -}}
{{- define "rotor.flag" -}}
{{- $said := index . 1 | toString -}}
{{- if not (or (eq $said "") (eq $said (index . 2 | toString))) }}
- --{{ first . }}={{ $said }}
{{- end -}}
{{- end -}}

{{- /* The command line of Rotor. Defaults are left out, so that it says what is special here. */ -}}
{{- define "rotor.args" -}}
{{ include "rotor.ownArgs" . }}
{{- range $name, $value := .Values.extraArgs }}
- --{{ $name }}{{ if not (kindIs "invalid" $value) }}={{ $value }}{{ end }}
{{- end }}
{{- end -}}

{{- define "rotor.ownArgs" -}}
{{- $on := include "rotor.features" . | fromJsonArray -}}
- operator
{{- if gt (int .Values.shards) 0 }}
- --shards={{ int .Values.shards }}
{{- else }}
- --leader-elect
{{- end }}
{{- include "rotor.flag" (list "leader-election-id" .Values.leaderElectionID "external-secrets-controller") }}
{{- include "rotor.flag" (list "leader-election-lease-duration" .Values.leaderElectionLeaseDuration "15s") }}
{{- include "rotor.flag" (list "leader-election-renew-deadline" .Values.leaderElectionRenewDeadline "10s") }}
{{- include "rotor.flag" (list "leader-election-retry-period" .Values.leaderElectionRetryPeriod "2s") }}
{{- with include "rotor.scope" . }}
- --namespace={{ . }}
{{- end }}
{{- if not (has "cluster/stores" $on) }}
- --enable-cluster-store-reconciler=false
{{- end }}
{{- if not .Values.processSecretStore }}
- --enable-secret-store-reconciler=false
{{- end }}
{{- if not (has "cluster/externalsecrets" $on) }}
- --enable-cluster-external-secret-reconciler=false
{{- end }}
{{- if not .Values.openclaw.enabled }}
- --enable-openclaw-reconciler=false
{{- end }}
{{- if .Values.genericTargets.enabled }}
- --unsafe-allow-generic-targets
{{- end }}
{{- include "rotor.flag" (list "controller-class" .Values.controllerClass "default") }}
{{- include "rotor.flag" (list "concurrent" .Values.concurrent 64) }}
{{- include "rotor.flag" (list "store-requeue-interval" .Values.storeRequeueInterval "5m") }}
{{- if .Values.extendedMetricLabels }}
- --enable-extended-metric-labels
{{- end }}
{{- include "rotor.flag" (list "loglevel" (include "rotor.logLevel" .) "info") }}
{{- if include "rotor.metricsTls" . }}
- --metrics-secure
{{- with .Values.metrics.listen.secure.certDir }}
- --metrics-cert-dir={{ . }}
- --metrics-cert-name={{ base $.Values.metrics.listen.secure.certFile }}
- --metrics-key-name={{ base $.Values.metrics.listen.secure.keyFile }}
{{- end }}
{{- end }}
{{- if include "rotor.metricsAuth" . }}
- --metrics-auth
{{- end }}
{{- if not (include "rotor.metrics" .) }}
- --metrics-addr=0
{{- else if ne (include "rotor.metricsPort" .) "8080" }}
- --metrics-addr=:{{ include "rotor.metricsPort" . }}
{{- end }}
{{- if include "rotor.webhook" . }}
- --webhook-addr=:{{ .Values.webhook.port }}
- --dns-name={{ include "rotor.webhookHost" . }}
{{- include "rotor.flag" (list "check-interval" .Values.webhook.certCheckInterval "5m") }}
{{- include "rotor.flag" (list "lookahead-interval" .Values.webhook.lookaheadInterval "2160h") }}
{{- end }}
{{- end -}}
