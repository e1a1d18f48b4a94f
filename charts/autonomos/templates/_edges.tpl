{{/* Rules of NetworkPolicies: one edge a call. */}}

{{/* Pods of this release: (dict "root" $ "component" NAME "process" NAME) */}}
{{- define "aos.peer" -}}
- podSelector:
    matchLabels: {{ include "aos.selector" . | nindent 6 }}
{{- end }}

{{- define "aos.edge.dns" -}}
- ports:
    - {port: 53, protocol: UDP}
    - {port: 53, protocol: TCP}
{{- end }}

{{/* To a store: (dict "root" $ "store" NAME) */}}
{{- define "aos.edge.store" -}}
{{- $own := dict "postgresql" "postgresql" "redis" "valkey" "temporal" "temporal" "objects" "objects" -}}
{{- $here := include "aos.evaluation" .root | fromYaml -}}
{{- $name := get $own .store -}}
{{- if hasKey $here $name }}
- to: {{ include "aos.peer" (dict "root" .root "component" $name) | nindent 4 }}
  ports:
    - {port: {{ (get $here $name).port }}, protocol: TCP}
{{- else }}
- to:
    {{- range .root.Values.networkPolicy.storeCidrs }}
    - ipBlock: {cidr: {{ . | quote }}}
    {{- end }}
  ports:
    {{- range include "aos.storePorts" . | fromYamlArray }}
    - {port: {{ . }}, protocol: TCP}
    {{- end }}
{{- end }}
{{- end }}

{{- define "aos.storePorts" -}}
{{- $values := .root.Values -}}
{{- if eq .store "postgresql" }}
{{- toYaml (uniq (list (include "aos.port" (list $values.postgresql.url "5432") | int) (include "aos.port" (list (include "aos.postgresqlDirect" .root) "5432") | int))) }}
{{- else if eq .store "redis" }}[{{ include "aos.port" (list $values.redis.url "6379") }}]
{{- else if eq .store "temporal" }}[{{ include "aos.port" (list $values.temporal.address "7233") }}]
{{- else }}[{{ $values.objects.port }}]
{{- end }}
{{- end }}

{{- define "aos.edge.internet" -}}
- to:
    - ipBlock:
        cidr: 0.0.0.0/0
        except: {{ toJson .Values.networkPolicy.internetExcept }}
    {{- range .Values.networkPolicy.alsoCidrs }}
    - ipBlock: {cidr: {{ . | quote }}}
    {{- end }}
{{- end }}

{{- define "aos.edge.otlp" -}}
- to:
    {{- range .Values.networkPolicy.storeCidrs }}
    - ipBlock: {cidr: {{ . | quote }}}
    {{- end }}
  ports:
    - {port: {{ include "aos.otlpPort" . }}, protocol: TCP}
{{- end }}
