{{- $config := fromJson .config -}}
# {{ .name }}, rendered for {{ $config.environment | upper }}
server:
  name: {{ .name | quote }}
  upstreams:
{{- range $i, $upstream := $config.upstreams }}
  - name: upstream-{{ $i }}
    url: {{ printf "https://%s:%d/" $upstream.host (int $upstream.port) }}
    weight: {{ $upstream.weight | default 1 }}
    {{- if $upstream.backup }}
    backup: true
    {{- end }}
    password: {{ $.password | b64enc }}
{{- end }}
  users:
{{- range $name, $role := $config.users }}
    {{ $name }}: {{ $role | trim | lower }}
{{- end }}
settings:
{{ toYaml $config.settings | indent 2 }}
