{{/* Where the stores are: yours, or in evaluation mode those of this chart. */}}

{{- define "aos.postgresql" -}}
{{- if .Values.postgresql.url }}{{ .Values.postgresql.url }}
{{- else }}postgresql://{role}:{password}@{{ include "aos.fullname" . }}-postgresql:5432/{database}{{ end }}
{{- end }}

{{- define "aos.postgresqlDirect" -}}{{ .Values.postgresql.directUrl | default (include "aos.postgresql" .) }}{{- end }}

{{- define "aos.redis" -}}
{{- if .Values.redis.url }}{{ .Values.redis.url }}
{{- else }}redis://{service}:{password}@{{ include "aos.fullname" . }}-valkey:6379/0{{ end }}
{{- end }}

{{- define "aos.temporal" -}}
{{ .Values.temporal.address | default (printf "%s-temporal:7233" (include "aos.fullname" .)) }}
{{- end }}

{{- define "aos.objects" -}}{{ .Values.objects.url | default "s3://autonomos" }}{{- end }}

{{/* The port in a URL or an address: (list TEXT DEFAULT). */}}
{{- define "aos.port" -}}
{{- $found := regexFind ":[0-9]+($|/|\\?)" (first .) | regexFind "[0-9]+" -}}
{{ $found | default (last .) }}
{{- end }}

{{/* The stores of this chart that are wanted, by component's name. */}}
{{- define "aos.evaluation" -}}
{{- $stores := dict -}}
{{- if .Values.evaluation.enabled -}}
{{- if not .Values.postgresql.url }}{{ $_ := set $stores "postgresql" (dict "port" 5432 "secrets" "postgres-") }}{{ end -}}
{{- if not .Values.redis.url }}{{ $_ := set $stores "valkey" (dict "port" 6379 "secrets" "valkey-") }}{{ end -}}
{{- if not .Values.temporal.address }}{{ $_ := set $stores "temporal" (dict "port" 7233 "secrets" "") }}{{ end -}}
{{- if not .Values.objects.url }}{{ $_ := set $stores "objects" (dict "port" 8333 "secrets" "objects-") }}{{ end -}}
{{- end -}}
{{ toYaml $stores }}
{{- end }}

{{/* Refuse what cannot work, and say what to do. */}}
{{- define "aos.check" -}}
{{- $missing := list -}}
{{- if not .Values.postgresql.url }}{{ $missing = append $missing "postgresql.url" }}{{ end -}}
{{- if not .Values.redis.url }}{{ $missing = append $missing "redis.url" }}{{ end -}}
{{- if not .Values.temporal.address }}{{ $missing = append $missing "temporal.address" }}{{ end -}}
{{- if not .Values.objects.url }}{{ $missing = append $missing "objects.url" }}{{ end -}}
{{- if and $missing (not .Values.evaluation.enabled) -}}
{{- fail (printf "%s: not set. Name your stores, or set evaluation.enabled=true to try the platform with simple ones." (join ", " $missing)) -}}
{{- end -}}
{{- $own := or .Values.postgresql.url (and .Values.objects.url .Values.objects.optionsInSecret) -}}
{{- if and $own (not .Values.secrets.existingSecret) -}}
{{- fail "secrets.existingSecret: not set, and stores of your own need their passwords. docs/operate.md: one command makes the Secret." -}}
{{- end -}}
{{- if eq .Values.image.tag "latest" -}}
{{- fail "image.tag: latest names another image tomorrow, and a roll back would not go back. Name a release." -}}
{{- end -}}
{{- if and .Values.ingress.enabled (not .Values.ingress.host) -}}
{{- fail "ingress.host: not set. Name the host of publicUrl, or set ingress.enabled=false." -}}
{{- end -}}
{{- end }}
