{{- /*
What is on. Templates here answer "true" or nothing, where nothing else is said, and understand both charts whose values
people have: the External Secrets Operator's names, which are ours, and the OpenClaw operator's.
*/ -}}

{{- /* The namespaces that are watched, with commas between them; "" for all. */ -}}
{{- define "rotor.scope" -}}
{{- $named := list (trim (default "" .Values.scopedNamespace)) -}}
{{- range .Values.watchNamespaces }}{{ $named = append $named (trim .) }}{{ end -}}
{{- $named = $named | compact | uniq -}}
{{- if $named -}}{{ join "," $named }}
{{- else if .Values.scopedRBAC -}}{{ include "rotor.namespace" . }}{{- end -}}
{{- end -}}

{{- /* Switched off, it means one replica that is stopped before the next one starts. */ -}}
{{- define "rotor.standsBy" -}}
{{- if and .Values.leaderElect (dig "enabled" true (default dict .Values.leaderElection)) -}}true{{- end -}}
{{- end -}}

{{- define "rotor.replicas" -}}
{{- $alone := and (not (include "rotor.standsBy" .)) (eq (int .Values.shards) 0) -}}
{{- if kindIs "invalid" .Values.replicaCount -}}{{ ternary 1 2 $alone }}
{{- else if and $alone (gt (int .Values.replicaCount) 1) -}}
{{- fail (printf "replicaCount: %d, and leaderElect (leaderElection.enabled) is false, which is for one replica; leave it true, or set shards so that all of them work" (int .Values.replicaCount)) -}}
{{- else -}}{{ int .Values.replicaCount }}{{- end -}}
{{- end -}}

{{- define "rotor.webhook" -}}
{{- if or .Values.webhook.create .Values.webhook.enabled -}}true{{- end -}}
{{- end -}}

{{- define "rotor.crds" -}}
{{- if and .Values.installCRDs (dig "install" true (default dict .Values.crds)) -}}true{{- end -}}
{{- end -}}

{{- /* Of a kind: whether there will be a CRD. Those that are not installed from here are taken to be there. */ -}}
{{- define "rotor.hasKind" -}}
{{- if or (not (include "rotor.crds" .root)) (dig (printf "create%s" .kind) true (default dict .root.Values.crds)) -}}true{{- end -}}
{{- end -}}

{{- define "rotor.metrics" -}}
{{- if ne .Values.metrics.enabled false -}}true{{- end -}}
{{- end -}}

{{- define "rotor.metricsTls" -}}
{{- if or .Values.metrics.listen.secure.enabled .Values.metrics.secure -}}true{{- end -}}
{{- end -}}

{{- define "rotor.metricsAuth" -}}
{{- if and (include "rotor.metrics" .) (dig "enabled" false (default dict .Values.metrics.listen.auth)) -}}true{{- end -}}
{{- end -}}

{{- /* By the names of files/rights.yaml. */ -}}
{{- define "rotor.features" -}}
{{- $on := list "secrets" "leader" -}}
{{- if .Values.processSecretStore -}}{{ $on = append $on "secrets/stores" }}{{- end -}}
{{- if .Values.rbac.serviceAccountTokenCreate -}}{{ $on = append $on "secrets/tokens" }}{{- end -}}
{{- if not .Values.scopedRBAC -}}
{{- if and .Values.processClusterStore (include "rotor.hasKind" (dict "root" . "kind" "ClusterSecretStore")) -}}{{ $on = append $on "cluster/stores" }}{{- end -}}
{{- if and .Values.processClusterExternalSecret (not (include "rotor.scope" .)) (include "rotor.hasKind" (dict "root" . "kind" "ClusterExternalSecret")) -}}
{{- $on = append $on "cluster/externalsecrets" -}}
{{- end -}}
{{- if and .Values.processClusterGenerator (include "rotor.hasKind" (dict "root" . "kind" "ClusterGenerator")) -}}{{ $on = append $on "cluster/generators" }}{{- end -}}
{{- end -}}
{{- if .Values.openclaw.enabled -}}{{ $on = append $on "openclaw" }}{{- end -}}
{{- if include "rotor.webhook" . -}}{{ $on = append $on "webhook" }}{{- end -}}
{{- if include "rotor.metricsAuth" . -}}{{ $on = append $on "metrics-auth" }}{{- end -}}
{{- $on | toJson -}}
{{- end -}}

{{- /* The rules of files/rights.yaml for what is on and has one of these `where`. */ -}}
{{- define "rotor.rights" -}}
{{- $on := include "rotor.features" .root | fromJsonArray -}}
{{- $where := .where -}}
{{- $lease := include "rotor.leaseName" .root -}}
{{- range (.root.Files.Get "files/rights.yaml" | fromYaml).rights }}
{{- $wanted := false }}
{{- range .features }}{{ if has . $on }}{{ $wanted = true }}{{ end }}{{ end }}
{{- if and $wanted (has (default "" .where) $where) }}
- {{ .rule | toJson | replace "external-secrets-controller" $lease }}
{{- end }}
{{- end }}
{{- end -}}

{{- define "rotor.rules" -}}
{{- include "rotor.rights" (dict "root" . "where" (ternary (list "") (list "" "cluster") .Values.scopedRBAC)) }}
{{- if .Values.genericTargets.enabled }}
{{- range .Values.genericTargets.resources }}
- {{ dict "apiGroups" (list .apiGroup) "resources" .resources "verbs" (default (list "get" "list" "watch" "create" "update" "delete") .verbs) | toJson }}
{{- end }}
{{- end }}
{{- end -}}

{{- /* In Rotor's own namespace: what agreeing takes, and the key where the other rules end at another namespace. */ -}}
{{- define "rotor.ownRules" -}}
{{- $elsewhere := and .Values.scopedRBAC (not (has (include "rotor.namespace" .) (splitList "," (include "rotor.scope" .)))) -}}
{{- include "rotor.rights" (dict "root" . "where" (ternary (list "own" "own/key") (list "own") $elsewhere)) }}
{{- end -}}

{{- /* Values that cannot be meant together. */ -}}
{{- define "rotor.check" -}}
{{- include "rotor.checkReplicas" . -}}
{{- include "rotor.checkMemory" . -}}
{{- include "rotor.checkExtraArgs" . -}}
{{- $lease := default "15s" .Values.leaderElectionLeaseDuration -}}
{{- $renew := default "10s" .Values.leaderElectionRenewDeadline -}}
{{- $retry := default "2s" .Values.leaderElectionRetryPeriod -}}
{{- $ms := dict -}}
{{- range list $lease $renew $retry }}{{ $_ := set $ms . (include "rotor.milliseconds" . | float64) }}{{ end -}}
{{- if or (lt (get $ms $lease) 1000.0) (ne (mod (get $ms $lease) 1000) 0) -}}
{{- fail (printf "leaderElectionLeaseDuration: %s; whole seconds, at least 1s" $lease) -}}
{{- end -}}
{{- if ge (get $ms $renew) (get $ms $lease) -}}
{{- fail (printf "leaderElectionRenewDeadline: %s; shorter than leaderElectionLeaseDuration, %s" $renew $lease) -}}
{{- end -}}
{{- if or (le (get $ms $retry) 0.0) (ge (mulf (get $ms $retry) 1.2 | float64) (get $ms $renew)) -}}
{{- fail (printf "leaderElectionRetryPeriod: %s; more than 0s, and 1.2 times of it less than leaderElectionRenewDeadline, %s" $retry $renew) -}}
{{- end -}}
{{- $taken := dict "8082" "the port of the probes" -}}
{{- if include "rotor.metrics" . -}}
{{- $port := include "rotor.metricsPort" . -}}
{{- with get $taken $port }}{{ fail (printf "metrics.listen.port: %s is %s; choose another" $port .) }}{{ end -}}
{{- $_ := set $taken $port "metrics.listen.port" -}}
{{- end -}}
{{- if include "rotor.webhook" . -}}
{{- with get $taken (toString .Values.webhook.port) }}{{ fail (printf "webhook.port: %v is %s; choose another" $.Values.webhook.port .) }}{{ end -}}
{{- end -}}
{{- if and .Values.scopedRBAC (include "rotor.webhook" .) -}}
{{- fail "webhook.create: the webhook is registered for the whole cluster, which scopedRBAC has no right to; set webhook.create=false" -}}
{{- end -}}
{{- if include "rotor.metricsAuth" . -}}
{{- if not (include "rotor.metricsTls" .) -}}
{{- fail "metrics.listen.auth.enabled: tokens are sent over TLS alone; set metrics.listen.secure.enabled=true too" -}}
{{- end -}}
{{- if .Values.scopedRBAC -}}
{{- fail "metrics.listen.auth.enabled: whose token it is, is asked of the whole cluster, which scopedRBAC has no right to; set metrics.listen.auth.enabled=false" -}}
{{- end -}}
{{- end -}}
{{- if not (or .Values.serviceAccount.create .Values.serviceAccount.name) -}}
{{- fail "serviceAccount.create: Rotor's rights would go to the ServiceAccount default, and so to every pod of the namespace that names none; name yours in serviceAccount.name (default, if that is meant)" -}}
{{- end -}}
{{- if not (include "rotor.hasKind" (dict "root" . "kind" "SecretStore")) -}}
{{- fail "crds.createSecretStore: without SecretStores Rotor never starts to work; where their CRD is there already, set installCRDs=false" -}}
{{- end -}}
{{- end -}}

{{- /* Each has a shard, and a node can be drained of one. */ -}}
{{- define "rotor.checkReplicas" -}}
{{- $replicas := include "rotor.replicas" . | int -}}
{{- $shards := int .Values.shards -}}
{{- if and (gt $shards 0) (lt $shards $replicas) -}}
{{- fail (printf "shards: %d, and there are %d replicas, of which some would have nothing to do; set shards=60, or replicaCount=%d" $shards $replicas $shards) -}}
{{- end -}}
{{- $budget := .Values.podDisruptionBudget -}}
{{- if and $budget.enabled (gt $replicas 1) -}}
{{- if not (kindIs "invalid" $budget.maxUnavailable) -}}
{{- if le (include "rotor.share" (list $budget.maxUnavailable $replicas) | int) 0 -}}
{{- fail (printf "podDisruptionBudget.maxUnavailable: %v, so that no node with a replica could be drained; set 1, or podDisruptionBudget.enabled=false" $budget.maxUnavailable) -}}
{{- end -}}
{{- else if ge (include "rotor.share" (list $budget.minAvailable $replicas) | int) $replicas -}}
{{- fail (printf "podDisruptionBudget.minAvailable: %v of %d replicas, so that no node with one could be drained; set less, or podDisruptionBudget.enabled=false" $budget.minAvailable $replicas) -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{- /* 256 is so many bytes, and 256m a quarter of one. */ -}}
{{- define "rotor.checkMemory" -}}
{{- $memory := dig "limits" "memory" "" (default dict .Values.resources) | toString -}}
{{- if and $memory (lt (include "rotor.bytes" $memory | float64) 16777216.0) -}}
{{- fail (printf "resources.limits.memory: %s, in which Rotor cannot start; with a unit, and 16Mi at least: 256Mi" $memory) -}}
{{- end -}}
{{- end -}}

{{- /* Rotor ends at a flag that it does not have, and at one that is given twice: a line of files/flags.txt is one choice. */ -}}
{{- define "rotor.checkExtraArgs" -}}
{{- $given := dict -}}
{{- range include "rotor.ownArgs" . | fromYamlArray }}{{ $_ := set $given (trimPrefix "--" . | splitList "=" | first) . }}{{ end -}}
{{- range $name, $value := .Values.extraArgs -}}
{{- $names := list -}}
{{- range $.Files.Lines "files/flags.txt" }}{{ if has $name (splitList " " .) }}{{ $names = splitList " " . }}{{ end }}{{ end -}}
{{- if not $names -}}
{{- fail (printf "extraArgs.%s: Rotor has no flag --%s; `rotor operator --help` has them all" $name $name) -}}
{{- end -}}
{{- range $names -}}
{{- with get $given . }}{{ fail (printf "extraArgs.%s: %s is there already, and Rotor takes one of them; leave this out, and set the value of the chart that stands for it" $name .) }}{{ end -}}
{{- end -}}
{{- $_ := set $given $name (printf "--%s" $name) -}}
{{- end -}}
{{- end -}}
