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
{{- if .Values.scopedNamespace -}}{{ .Values.scopedNamespace }}
{{- else if .Values.scopedRBAC -}}{{ .Release.Namespace }}{{- end -}}
{{- end -}}

{{- /* "true" or nothing: several replicas agree by a Lease. */ -}}
{{- define "rotor.elects" -}}
{{- if and .Values.leaderElect (gt (int .Values.replicaCount) 1) -}}true{{- end -}}
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
{{- if .Values.scopedRBAC -}}{{ $off = concat $off (list "namespaces" "validatingwebhookconfigurations") }}{{- end -}}
{{- if not .Values.webhook.create -}}{{ $off = append $off "validatingwebhookconfigurations" }}{{- end -}}
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
- --leader-elect
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
{{- if ne .Values.log.level "info" }}
- --loglevel={{ .Values.log.level }}
{{- end }}
{{- if .Values.metrics.listen.secure.enabled }}
- --metrics-secure
{{- with .Values.metrics.listen.secure.certDir }}
- --metrics-cert-dir={{ . }}
- --metrics-cert-name={{ $.Values.metrics.listen.secure.certFile }}
- --metrics-key-name={{ $.Values.metrics.listen.secure.keyFile }}
{{- end }}
{{- end }}
{{- if ne (int .Values.metrics.listen.port) 8080 }}
- --metrics-addr=:{{ .Values.metrics.listen.port }}
{{- end }}
{{- if .Values.webhook.create }}
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
