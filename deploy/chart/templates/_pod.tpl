{{- /* A map of the chart's own, over the one that `global` has for all charts of a release: (dict root, name). */ -}}
{{- define "rotor.ownAndGlobal" -}}
{{- with merge (dict) (default dict (get .root.Values .name)) (default dict (get (default dict .root.Values.global) .name)) }}{{ toYaml . }}{{ end -}}
{{- end -}}

{{- /* A security context as the values say it; nothing when it is switched off. On OpenShift, who it runs as is the
platform's to say. */ -}}
{{- define "rotor.securityContext" -}}
{{- $said := default dict .said -}}
{{- if ne $said.enabled false -}}
{{- $adapt := dig "compatibility" "openshift" "adaptSecurityContext" "auto" (default dict .root.Values.global) -}}
{{- $openshift := or (eq $adapt "force") (and (eq $adapt "auto") (.root.Capabilities.APIVersions.Has "security.openshift.io/v1")) -}}
{{- $kept := omit $said "enabled" -}}
{{- if $openshift }}{{ $kept = omit $kept "runAsUser" "runAsGroup" "fsGroup" }}{{ end -}}
{{- toYaml $kept -}}
{{- end -}}
{{- end -}}

{{- /* How often a probe asks: the probe's own defaults under what the values say, which may be under `spec`. */ -}}
{{- define "rotor.probeTimes" -}}
{{- $said := merge (dict) (default dict .values.spec) .values .defaults -}}
{{- toYaml (pick $said "initialDelaySeconds" "periodSeconds" "timeoutSeconds" "successThreshold" "failureThreshold") -}}
{{- end -}}

{{- define "rotor.container" -}}
name: rotor
image: {{ printf "%s:%s" .Values.image.repository (default .Chart.AppVersion .Values.image.tag) }}
imagePullPolicy: {{ .Values.image.pullPolicy }}
args:
{{- include "rotor.args" . | nindent 0 }}
env:
- name: POD_NAMESPACE
  valueFrom:
    fieldRef:
      fieldPath: metadata.namespace
- name: ROTOR_INSTALLATION
  value: {{ include "rotor.fullname" . }}
{{- with .Values.extraEnv }}
{{- toYaml . | nindent 0 }}
{{- end }}
ports:
{{- if include "rotor.metrics" . }}
- name: metrics
  containerPort: {{ include "rotor.metricsPort" . }}
{{- end }}
- name: health
  containerPort: 8082
{{- if include "rotor.webhook" . }}
- name: webhook
  containerPort: {{ .Values.webhook.port }}
{{- end }}
{{- if .Values.livenessProbe.enabled }}
livenessProbe:
  httpGet:
    path: /healthz
    port: health
  {{- include "rotor.probeTimes" (dict "values" .Values.livenessProbe "defaults" (dict "periodSeconds" 10 "failureThreshold" 6)) | nindent 2 }}
{{- end }}
{{- if .Values.readinessProbe.enabled }}
readinessProbe:
  httpGet:
    path: /readyz
    port: health
  {{- include "rotor.probeTimes" (dict "values" .Values.readinessProbe "defaults" (dict "periodSeconds" 5)) | nindent 2 }}
{{- end }}
resources:
  {{- toYaml .Values.resources | nindent 2 }}
{{- with include "rotor.securityContext" (dict "root" . "said" .Values.securityContext) }}
securityContext:
  {{- nindent 2 . }}
{{- end }}
{{- with .Values.extraVolumeMounts }}
volumeMounts:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end -}}

{{- define "rotor.ownPodSpec" -}}
serviceAccountName: {{ include "rotor.serviceAccount" . }}
{{- with include "rotor.securityContext" (dict "root" . "said" .Values.podSecurityContext) }}
securityContext:
  {{- nindent 2 . }}
{{- end }}
terminationGracePeriodSeconds: {{ .Values.terminationGracePeriodSeconds }}
{{- with .Values.extraInitContainers }}
initContainers:
  {{- toYaml . | nindent 2 }}
{{- end }}
containers:
- {{ include "rotor.container" . | nindent 2 | trim }}
{{- with .Values.extraContainers }}
{{- toYaml . | nindent 0 }}
{{- end }}
{{- with .Values.extraVolumes }}
volumes:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end -}}

{{- /* Replicas on different nodes, where there are some. */ -}}
{{- define "rotor.spread" -}}
- maxSkew: 1
  topologyKey: kubernetes.io/hostname
  whenUnsatisfiable: ScheduleAnyway
  labelSelector:
    matchLabels:
      {{- include "rotor.selector" . | nindent 6 }}
{{- end -}}

{{- /* What of the values, or of `global` for all charts of a release, stands in a pod as it is written. */ -}}
{{- define "rotor.podSpec" -}}
{{- $spec := include "rotor.ownPodSpec" . | fromYaml -}}
{{- $_ := set $spec "topologySpreadConstraints" (include "rotor.spread" . | fromYamlArray) -}}
{{- range $name := list "imagePullSecrets" "nodeSelector" "tolerations" "affinity" "topologySpreadConstraints" "priorityClassName" "hostAliases" "hostNetwork" "hostUsers" "dnsPolicy" "dnsConfig" -}}
{{- $value := get $.Values $name -}}
{{- if and (empty $value) (not (kindIs "bool" $value)) }}{{ $value = get (default dict $.Values.global) $name }}{{ end -}}
{{- if or $value (kindIs "bool" $value) }}{{ $_ := set $spec $name $value }}{{ end -}}
{{- end -}}
{{- toYaml (mergeOverwrite $spec (default dict .Values.podSpecExtra)) -}}
{{- end -}}
