{{/* The environment of a service; the same as libs/local/src/aos_local/stack/services.py hands over. */}}

{{- define "aos.fromSecret" -}}
- name: {{ .name }}
  valueFrom:
    secretKeyRef: {name: {{ include "aos.secret" .root }}, key: {{ .key }}}
{{- end }}

{{- define "aos.postgresqlUrl" -}}
{{ .url | replace "{role}" .role | replace "{password}" (printf "$(%s)" .password) | replace "{database}" .database }}
{{- end }}

{{/* What `migrate` needs: (dict "root" $ "module" MODULE). */}}
{{- define "aos.environment.owner" -}}
{{- $url := include "aos.postgresqlDirect" .root -}}
{{- $role := printf "%s_owner" .module -}}
{{ include "aos.fromSecret" (dict "root" .root "name" "SECRET_OWNER" "key" (printf "postgres-%s" $role)) }}
- name: AOS_OWNER_DATABASE_URL
  value: {{ include "aos.postgresqlUrl" (dict "url" $url "role" $role "password" "SECRET_OWNER" "database" "autonomos") | quote }}
{{- end }}

{{/* The service's own login: (dict "root" $ "module" MODULE). */}}
{{- define "aos.environment.database" -}}
{{- $role := printf "%s_app" .module -}}
{{ include "aos.fromSecret" (dict "root" .root "name" "SECRET_DATABASE" "key" (printf "postgres-%s" $role)) }}
- name: AOS_DATABASE_URL
  value: {{ include "aos.postgresqlUrl" (dict "url" (include "aos.postgresql" .root) "role" $role "password" "SECRET_DATABASE" "database" "autonomos") | quote }}
{{- end }}

{{/* (dict "root" $ "name" NAME "component" COMPONENT) */}}
{{- define "aos.environment" -}}
{{- $root := .root -}}
{{- $values := $root.Values -}}
{{- $full := include "aos.fullname" $root -}}
{{- $module := .component.module -}}
{{ include "aos.environment.database" (dict "root" $root "module" $module) }}
{{ include "aos.fromSecret" (dict "root" $root "name" "SECRET_REDIS" "key" (printf "valkey-%s" $module)) }}
{{ include "aos.fromSecret" (dict "root" $root "name" "AOS_CLIENT_SECRET" "key" (printf "client-%s" $module)) }}
- {name: AOS_ENV, value: {{ $values.environment | default $root.Release.Namespace | quote }}}
- {name: AOS_HOST, value: "0.0.0.0"}
- {name: AOS_HTTP_PORT, value: "8080"}
- {name: AOS_GRPC_PORT, value: "9090"}
- {name: AOS_LOG_LEVEL, value: {{ $values.logLevel | quote }}}
- {name: AOS_DATABASE_POOL, value: {{ $values.postgresql.pool | quote }}}
- name: AOS_REDIS_URL
  value: {{ include "aos.redis" $root | replace "{service}" $module | replace "{password}" "$(SECRET_REDIS)" | quote }}
- {name: AOS_ISSUER, value: {{ include "aos.issuer" $root | quote }}}
- {name: AOS_AUDIENCE, value: {{ $values.audience | quote }}}
- {name: AOS_JWKS_URL, value: "http://{{ $full }}-identity:8080/.well-known/jwks.json"}
- {name: AOS_TOKEN_URL, value: "http://{{ $full }}-identity:8080/oauth2/token"}
- {name: AOS_CLIENT_ID, value: {{ $module }}}
- {name: AOS_OTLP_ENDPOINT, value: {{ $values.telemetry.otlpEndpoint | quote }}}
- {name: AOS_TRACE_SAMPLE, value: {{ $values.telemetry.traceSample | quote }}}
{{- range .component.calls.grpc }}
- {name: AOS_{{ . | replace "-" "_" | upper }}_GRPC, value: "{{ $full }}-{{ . }}:9090"}
{{- end }}
{{- if has "temporal" .component.stores }}
- {name: AOS_TEMPORAL_ADDRESS, value: {{ include "aos.temporal" $root | quote }}}
- {name: AOS_TEMPORAL_NAMESPACE, value: {{ $values.temporal.namespace | quote }}}
- {name: AOS_TEMPORAL_TLS, value: {{ $values.temporal.tls | quote }}}
{{- end }}
{{- if has "objects" .component.stores }}
{{ include "aos.environment.objects" $root }}
{{- end }}
{{- if .component.internet }}
- {name: AOS_EGRESS_ALLOW, value: {{ $values.egressAllow | quote }}}
- {name: AOS_CREDENTIAL_KEY, value: "file:///run/autonomos/secrets/credential-key"}
{{- end }}
{{- if .component.folders }}
- {name: AOS_FILE_ROOTS, value: {{ empty $values.folders | ternary "" "/data" | quote }}}
- {name: AOS_PRIVATE_FOLDERS, value: "/run:/proc:/sys:/dev:/etc:/app"}
{{- end }}
{{- if eq $module "identity" }}
{{ include "aos.environment.identity" $root }}
{{- end }}
{{- if eq $module "dcl" }}
{{ include "aos.fromSecret" (dict "root" $root "name" "SECRET_LAKE" "key" "postgres-dcl_lake") }}
- name: AOS_LAKE_CATALOG_URL
  value: {{ include "aos.postgresqlUrl" (dict "url" (include "aos.postgresqlDirect" $root) "role" "dcl_lake" "password" "SECRET_LAKE" "database" "autonomos_lake") | quote }}
{{- end }}
- {name: PYTHONUNBUFFERED, value: "1"}
- {name: MALLOC_ARENA_MAX, value: "2"}
- {name: HOME, value: /tmp}
{{- range $name, $value := .component.env }}
- {name: {{ $name }}, value: {{ $value | quote }}}
{{- end }}
{{- end }}

{{- define "aos.environment.objects" -}}
- {name: AOS_OBJECTS_URL, value: {{ include "aos.objects" . | quote }}}
{{- if not .Values.objects.url }}
{{ include "aos.fromSecret" (dict "root" . "name" "SECRET_OBJECTS" "key" "objects-secret") }}
- name: AOS_OBJECTS_OPTIONS
  value: '{"key": "autonomos", "secret": "$(SECRET_OBJECTS)", "endpoint_url": "http://{{ include "aos.fullname" . }}-objects:8333"}'
{{- else if .Values.objects.optionsInSecret }}
{{ include "aos.fromSecret" (dict "root" . "name" "AOS_OBJECTS_OPTIONS" "key" "objects-options") }}
{{- end }}
{{- end }}

{{- define "aos.environment.identity" -}}
{{- $clients := dict -}}
{{- range $name, $component := .Values.components }}{{ if hasKey $component "module" }}
{{- $variable := printf "SECRET_CLIENT_%s" (upper $component.module) -}}
{{- $_ := set $clients $component.module (printf "$(%s)" $variable) }}
{{ include "aos.fromSecret" (dict "root" $ "name" $variable "key" (printf "client-%s" $component.module)) }}
{{- end }}{{ end }}
- {name: AOS_SERVICE_CLIENTS, value: {{ $clients | toJson | squote }}}
- {name: AOS_SIGNING_KEY_FILE, value: /run/autonomos/secrets/signing-key.pem}
{{ include "aos.fromSecret" (dict "root" . "name" "AOS_AUDIT_KEY" "key" "identity-audit-key") }}
- {name: AOS_PUBLIC_URL, value: {{ .Values.publicUrl | quote }}}
- {name: AOS_MAIL_FROM, value: {{ .Values.mailFrom | quote }}}
{{- if .Values.mailInSecret }}
{{ include "aos.fromSecret" (dict "root" . "name" "AOS_MAIL_URL" "key" "mail-url") }}
{{- end }}
{{- end }}
