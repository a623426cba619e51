{{- define "rotor.fullname" -}}
{{- if .Values.fullnameOverride -}}
{{- .Values.fullnameOverride | trunc 63 | trimSuffix "-" -}}
{{- else -}}
{{- $name := default .Chart.Name .Values.nameOverride -}}
{{- if contains $name .Release.Name -}}{{ .Release.Name | trunc 63 | trimSuffix "-" }}
{{- else -}}{{ printf "%s-%s" .Release.Name $name | trunc 63 | trimSuffix "-" }}{{- end -}}
{{- end -}}
{{- end -}}

{{- define "rotor.selector" -}}
app.kubernetes.io/name: rotor
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end -}}

{{- define "rotor.serviceAccount" -}}
{{- if .Values.serviceAccount.create -}}{{ default (include "rotor.fullname" .) .Values.serviceAccount.name }}
{{- else -}}{{ default "default" .Values.serviceAccount.name }}{{- end -}}
{{- end -}}

{{- /* The one namespace that is watched; "" for all. */ -}}
{{- define "rotor.scope" -}}
{{- $watched := default list .Values.watchNamespaces -}}
{{- if gt (len $watched) 1 -}}
{{- fail (printf "watchNamespaces: one namespace is watched, or all; install Rotor once for each of %s" (join ", " $watched)) -}}
{{- end -}}
{{- if .Values.scopedNamespace -}}{{ .Values.scopedNamespace }}
{{- else if $watched -}}{{ first $watched }}
{{- else if .Values.scopedRBAC -}}{{ .Release.Namespace }}{{- end -}}
{{- end -}}

{{- /*
What follows answers "true" or nothing, and understands both charts whose values people have: the External Secrets
Operator's names, which are ours, and the OpenClaw operator's.
*/ -}}

{{- /* Several replicas agree by a Lease. */ -}}
{{- define "rotor.elects" -}}
{{- $wanted := and .Values.leaderElect (dig "leaderElection" "enabled" true (.Values | toJson | fromJson)) -}}
{{- if or (gt (int .Values.shards) 0) (and $wanted (gt (int .Values.replicaCount) 1)) -}}true{{- end -}}
{{- end -}}

{{- define "rotor.webhook" -}}
{{- if or .Values.webhook.create .Values.webhook.enabled -}}true{{- end -}}
{{- end -}}

{{- define "rotor.crds" -}}
{{- if and .Values.installCRDs (dig "crds" "install" true (.Values | toJson | fromJson)) -}}true{{- end -}}
{{- end -}}

{{- define "rotor.metrics" -}}
{{- if ne .Values.metrics.enabled false -}}true{{- end -}}
{{- end -}}

{{- define "rotor.metricsTls" -}}
{{- if or .Values.metrics.listen.secure.enabled .Values.metrics.secure -}}true{{- end -}}
{{- end -}}

{{- define "rotor.metricsPort" -}}
{{- with .Values.metrics.bindAddress -}}{{ splitList ":" . | last }}{{- else -}}{{ .Values.metrics.listen.port }}{{- end -}}
{{- end -}}

{{- define "rotor.logLevel" -}}
{{- $level := toString (default "" .Values.logLevel) -}}
{{- if regexMatch "^[0-9]+$" $level -}}{{ ternary "info" "debug" (eq $level "0") }}
{{- else -}}{{ default .Values.log.level $level }}{{- end -}}
{{- end -}}

{{- /* How often a probe asks: the probe's own defaults under what the values say, which may be under `spec`. */ -}}
{{- define "rotor.probeTimes" -}}
{{- $said := merge (dict) (default dict .values.spec) .values .defaults -}}
{{- toYaml (pick $said "initialDelaySeconds" "periodSeconds" "timeoutSeconds" "successThreshold" "failureThreshold") -}}
{{- end -}}

{{- define "rotor.webhookHost" -}}{{ printf "%s-webhook.%s.svc" (include "rotor.fullname" .) .Release.Namespace }}{{- end -}}

{{- /* What is switched off: resources for which no rule is written. */ -}}
{{- define "rotor.withoutRights" -}}
{{- $off := list -}}
{{- $cluster := list -}}
{{- if or .Values.scopedRBAC (not .Values.processClusterStore) -}}{{ $cluster = append $cluster "clustersecretstores" }}{{- end -}}
{{- if or .Values.scopedRBAC (not .Values.processClusterExternalSecret) -}}{{ $cluster = append $cluster "clusterexternalsecrets" }}{{- end -}}
{{- if not .Values.processSecretStore -}}{{ $cluster = append $cluster "secretstores" }}{{- end -}}
{{- range $cluster -}}{{ $off = concat $off (list . (printf "%s/status" .) (printf "%s/finalizers" .)) }}{{- end -}}
{{- if or .Values.scopedRBAC (not .Values.processClusterGenerator) -}}{{ $off = append $off "clustergenerators" }}{{- end -}}
{{- if .Values.scopedRBAC -}}{{ $off = append $off "namespaces" }}{{- end -}}
{{- if or .Values.scopedRBAC (not (include "rotor.webhook" .)) -}}
{{- $off = concat $off (list "validatingwebhookconfigurations" "mutatingwebhookconfigurations") -}}
{{- end -}}
{{- if not .Values.rbac.serviceAccountTokenCreate -}}{{ $off = append $off "serviceaccounts/token" }}{{- end -}}
{{- $off | toJson -}}
{{- end -}}

{{- /* The rules of deploy/rbac.yaml (files/rules.yaml is made of them) for what is switched on. */ -}}
{{- define "rotor.rules" -}}
{{- $off := include "rotor.withoutRights" . | fromJsonArray -}}
{{- $groups := list "" "external-secrets.io" "generators.external-secrets.io" "admissionregistration.k8s.io" -}}
{{- $openclaw := .Values.openclaw.enabled -}}
{{- range (.Files.Get "files/rules.yaml" | fromYaml).rules }}
{{- $resources := list }}
{{- range .resources }}{{ if not (has . $off) }}{{ $resources = append $resources . }}{{ end }}{{ end }}
{{- if and $resources (or $openclaw (has (first .apiGroups) $groups)) }}
- {{ dict "apiGroups" .apiGroups "resources" $resources "verbs" .verbs | merge (omit . "resources") | toJson }}
{{- end }}
{{- end }}
{{- if .Values.genericTargets.enabled }}
{{- range .Values.genericTargets.resources }}
- {{ dict "apiGroups" (list .apiGroup) "resources" .resources "verbs" (list "get" "list" "watch" "create" "update" "delete") | toJson }}
{{- end }}
{{- end }}
{{- end -}}

{{- define "rotor.args" -}}
- operator
{{- if include "rotor.elects" . }}
{{- if gt (int .Values.shards) 0 }}
- --shards={{ int .Values.shards }}
{{- else }}
- --leader-elect
{{- end }}
{{- if ne .Values.leaderElectionID "external-secrets-controller" }}
- --leader-election-id={{ .Values.leaderElectionID }}
{{- end }}
{{- if ne .Values.leaderElectionLeaseDuration "15s" }}
- --leader-election-lease-duration={{ .Values.leaderElectionLeaseDuration }}
{{- end }}
{{- if ne .Values.leaderElectionRenewDeadline "10s" }}
- --leader-election-renew-deadline={{ .Values.leaderElectionRenewDeadline }}
{{- end }}
{{- if ne .Values.leaderElectionRetryPeriod "2s" }}
- --leader-election-retry-period={{ .Values.leaderElectionRetryPeriod }}
{{- end }}
{{- end }}
{{- with include "rotor.scope" . }}
- --namespace={{ . }}
{{- end }}
{{- if or .Values.scopedRBAC (not .Values.processClusterStore) }}
- --enable-cluster-store-reconciler=false
{{- end }}
{{- if not .Values.processSecretStore }}
- --enable-secret-store-reconciler=false
{{- end }}
{{- if or .Values.scopedRBAC (not .Values.processClusterExternalSecret) }}
- --enable-cluster-external-secret-reconciler=false
{{- end }}
{{- if not .Values.openclaw.enabled }}
- --enable-openclaw-reconciler=false
{{- end }}
{{- if .Values.genericTargets.enabled }}
- --unsafe-allow-generic-targets
{{- end }}
{{- if ne .Values.controllerClass "default" }}
- --controller-class={{ .Values.controllerClass }}
{{- end }}
{{- if ne (int .Values.concurrent) 64 }}
- --concurrent={{ .Values.concurrent }}
{{- end }}
{{- if ne .Values.storeRequeueInterval "5m" }}
- --store-requeue-interval={{ .Values.storeRequeueInterval }}
{{- end }}
{{- if .Values.extendedMetricLabels }}
- --enable-extended-metric-labels
{{- end }}
{{- with include "rotor.logLevel" . }}
{{- if ne . "info" }}
- --loglevel={{ . }}
{{- end }}
{{- end }}
{{- if include "rotor.metricsTls" . }}
- --metrics-secure
{{- with .Values.metrics.listen.secure.certDir }}
- --metrics-cert-dir={{ . }}
- --metrics-cert-name={{ $.Values.metrics.listen.secure.certFile }}
- --metrics-key-name={{ $.Values.metrics.listen.secure.keyFile }}
{{- end }}
{{- end }}
{{- if not (include "rotor.metrics" .) }}
- --metrics-addr=0
{{- else if ne (include "rotor.metricsPort" .) "8080" }}
- --metrics-addr=:{{ include "rotor.metricsPort" . }}
{{- end }}
{{- if include "rotor.webhook" . }}
- --webhook-addr=:{{ .Values.webhook.port }}
- --dns-name={{ include "rotor.webhookHost" . }}
{{- if ne .Values.webhook.certCheckInterval "5m" }}
- --check-interval={{ .Values.webhook.certCheckInterval }}
{{- end }}
{{- if ne .Values.webhook.lookaheadInterval "2160h" }}
- --lookahead-interval={{ .Values.webhook.lookaheadInterval }}
{{- end }}
{{- end }}
{{- range $name, $value := .Values.extraArgs }}
- --{{ $name }}{{ if not (kindIs "invalid" $value) }}={{ $value }}{{ end }}
{{- end }}
{{- end -}}
