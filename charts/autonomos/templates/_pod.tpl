{{/* What all pods have in common: restricted, nothing of the cluster's, spread. */}}

{{- define "aos.podSecurity" -}}
automountServiceAccountToken: false
enableServiceLinks: false
securityContext:
  runAsNonRoot: true
  runAsUser: {{ .Values.runAs }}
  runAsGroup: {{ .Values.runAs }}
  fsGroup: {{ .Values.runAs }}
  fsGroupChangePolicy: OnRootMismatch
  seccompProfile: {type: RuntimeDefault}
{{- with .Values.image.pullSecrets }}
imagePullSecrets:
  {{- range . }}
  - name: {{ . }}
  {{- end }}
{{- end }}
{{- with .Values.nodeSelector }}
nodeSelector: {{ toYaml . | nindent 2 }}
{{- end }}
{{- with .Values.tolerations }}
tolerations: {{ toYaml . | nindent 2 }}
{{- end }}
{{- end }}

{{- define "aos.containerSecurity" -}}
securityContext:
  allowPrivilegeEscalation: false
  readOnlyRootFilesystem: true
  runAsNonRoot: true
  capabilities: {drop: [ALL]}
  seccompProfile: {type: RuntimeDefault}
{{- end }}

{{/* (dict "root" $ "image" NAME) */}}
{{- define "aos.imageOf" -}}
image: {{ include "aos.image" . | quote }}
imagePullPolicy: {{ .root.Values.image.pullPolicy }}
{{- end }}

{{/* (dict "path" PATH "scheme" …) */}}
{{- define "aos.probes" -}}
startupProbe:
  httpGet: {path: {{ .live }}, port: http}
  periodSeconds: 2
  timeoutSeconds: 2
  failureThreshold: 60
readinessProbe:
  httpGet: {path: {{ .ready }}, port: http}
  periodSeconds: 5
  timeoutSeconds: 3
  failureThreshold: 2
livenessProbe:
  httpGet: {path: {{ .live }}, port: http}
  periodSeconds: 10
  timeoutSeconds: 5
  failureThreshold: 6
{{- end }}

{{/* Quick steps that run before or beside a service. */}}
{{- define "aos.stepResources" -}}
resources:
  requests: {cpu: 50m, memory: 128Mi}
  limits: {cpu: "1", memory: 384Mi}
{{- end }}

{{- define "aos.authorities" -}}
{{- if .Values.authoritiesSecret }}
- {name: authorities, mountPath: /run/autonomos/authorities, readOnly: true}
{{- end }}
{{- end }}

{{- define "aos.folders" -}}
{{- range $name, $_ := .Values.folders }}
- {name: folder-{{ $name }}, mountPath: /data/{{ $name }}, readOnly: true}
{{- end }}
{{- end }}

{{- define "aos.folderVolumes" -}}
{{- range $name, $folder := .Values.folders }}
- name: folder-{{ $name }}
  persistentVolumeClaim: {claimName: {{ $folder.claim }}, readOnly: true}
{{- end }}
{{- end }}

{{- define "aos.authoritiesVolume" -}}
{{- with .Values.authoritiesSecret }}
- name: authorities
  secret: {secretName: {{ . }}, defaultMode: 0440}
{{- end }}
{{- end }}
