{{/* Names, labels and images. */}}

{{- define "aos.fullname" -}}
{{- if .Values.fullnameOverride }}{{ .Values.fullnameOverride | trunc 40 | trimSuffix "-" }}
{{- else if contains .Chart.Name .Release.Name }}{{ .Release.Name | trunc 40 | trimSuffix "-" }}
{{- else }}{{ printf "%s-%s" .Release.Name .Chart.Name | trunc 40 | trimSuffix "-" }}{{ end }}
{{- end }}

{{- define "aos.secret" -}}
{{ .Values.secrets.existingSecret | default (printf "%s-secrets" (include "aos.fullname" .)) }}
{{- end }}

{{- define "aos.issuer" -}}{{ .Values.issuer | default .Values.publicUrl }}{{- end }}

{{/* What selects pods and never changes: (dict "root" $ "component" NAME "process" NAME). */}}
{{- define "aos.selector" -}}
app.kubernetes.io/name: {{ .root.Chart.Name }}
app.kubernetes.io/instance: {{ .root.Release.Name }}
app.kubernetes.io/component: {{ .component }}
{{- with .process }}
autonomos.io/process: {{ . }}
{{- end }}
{{- end }}

{{- define "aos.labels" -}}
{{ include "aos.selector" . }}
app.kubernetes.io/version: {{ .root.Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .root.Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .root.Chart.Name .root.Chart.Version }}
{{- end }}

{{/* (dict "root" $ "image" NAME) */}}
{{- define "aos.image" -}}
{{- $image := .root.Values.image -}}
{{- with $image.registry }}{{ . | trimSuffix "/" }}/{{ end }}autonomos-{{ .image -}}
{{- with get $image.digests .image }}@{{ . }}{{ else }}:{{ $image.tag | default .root.Chart.AppVersion }}{{ end }}
{{- end }}

{{- define "aos.otlpHost" -}}{{ (splitList ":" (urlParse .Values.telemetry.otlpEndpoint).host) | first }}{{- end }}
{{- define "aos.otlpPort" -}}
{{- $url := urlParse .Values.telemetry.otlpEndpoint -}}
{{- $parts := splitList ":" $url.host -}}
{{- if gt (len $parts) 1 }}{{ last $parts }}{{ else if eq $url.scheme "https" }}443{{ else }}80{{ end }}
{{- end }}
