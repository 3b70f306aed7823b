/**
 * The members of every type in a pod template and in a canary step, in the order in which canonical JSON
 * writes them: one type a line (indented lines continue it), each member as `name:kind`.
 *
 * `!` after a name: always written, also when empty. Kinds: `s` text, `i` whole number, `b` true or false,
 * `raw` any JSON, `Quantity`, `IntOrString`, `Time`, or the name of a type; before them `*` means written
 * when set (even to a zero), `[]` a list, `map:` an object with free keys. Source: rollout-core Appendix C.
 */
export const memberOrder = `
PodTemplateSpec: metadata!:ObjectMeta, spec!:PodSpec
ObjectMeta: name:s, generateName:s, namespace:s, selfLink:s, uid:s, resourceVersion:s, generation:i,
  creationTimestamp:Time, deletionTimestamp:*Time, deletionGracePeriodSeconds:*i, labels:map:s,
  annotations:map:s, ownerReferences:[]OwnerReference, finalizers:[]s, managedFields:[]ManagedFieldsEntry
OwnerReference: apiVersion!:s, kind!:s, name!:s, uid!:s, controller:*b, blockOwnerDeletion:*b
ManagedFieldsEntry: manager:s, operation:s, apiVersion:s, time:*Time, fieldsType:s, fieldsV1:raw,
  subresource:s
PodSpec: volumes:[]Volume, initContainers:[]Container, containers!:[]Container,
  ephemeralContainers:[]EphemeralContainer, restartPolicy:s, terminationGracePeriodSeconds:*i,
  activeDeadlineSeconds:*i, dnsPolicy:s, nodeSelector:map:s, serviceAccountName:s, serviceAccount:s,
  automountServiceAccountToken:*b, nodeName:s, hostNetwork:b, hostPID:b, hostIPC:b,
  shareProcessNamespace:*b, securityContext:*PodSecurityContext, imagePullSecrets:[]LocalObjectReference,
  hostname:s, subdomain:s, affinity:*Affinity, schedulerName:s, tolerations:[]Toleration,
  hostAliases:[]HostAlias, priorityClassName:s, priority:*i, dnsConfig:*PodDNSConfig,
  readinessGates:[]PodReadinessGate, runtimeClassName:*s, enableServiceLinks:*b, preemptionPolicy:*s,
  overhead:map:Quantity, topologySpreadConstraints:[]TopologySpreadConstraint, setHostnameAsFQDN:*b,
  os:*PodOS, hostUsers:*b, schedulingGates:[]PodSchedulingGate, resourceClaims:[]PodResourceClaim,
  resources:*ResourceRequirements, hostnameOverride:*s
Volume: name!:s, hostPath:*HostPathVolumeSource, emptyDir:*EmptyDirVolumeSource,
  gcePersistentDisk:*GCEPersistentDiskVolumeSource,
  awsElasticBlockStore:*AWSElasticBlockStoreVolumeSource, gitRepo:*GitRepoVolumeSource,
  secret:*SecretVolumeSource, nfs:*NFSVolumeSource, iscsi:*ISCSIVolumeSource,
  glusterfs:*GlusterfsVolumeSource, persistentVolumeClaim:*PersistentVolumeClaimVolumeSource,
  rbd:*RBDVolumeSource, flexVolume:*FlexVolumeSource, cinder:*CinderVolumeSource,
  cephfs:*CephFSVolumeSource, flocker:*FlockerVolumeSource, downwardAPI:*DownwardAPIVolumeSource,
  fc:*FCVolumeSource, azureFile:*AzureFileVolumeSource, configMap:*ConfigMapVolumeSource,
  vsphereVolume:*VsphereVirtualDiskVolumeSource, quobyte:*QuobyteVolumeSource,
  azureDisk:*AzureDiskVolumeSource, photonPersistentDisk:*PhotonPersistentDiskVolumeSource,
  projected:*ProjectedVolumeSource, portworxVolume:*PortworxVolumeSource, scaleIO:*ScaleIOVolumeSource,
  storageos:*StorageOSVolumeSource, csi:*CSIVolumeSource, ephemeral:*EphemeralVolumeSource,
  image:*ImageVolumeSource
HostPathVolumeSource: path!:s, type:*s
EmptyDirVolumeSource: medium:s, sizeLimit:*Quantity
GCEPersistentDiskVolumeSource: pdName!:s, fsType:s, partition:i, readOnly:b
AWSElasticBlockStoreVolumeSource: volumeID!:s, fsType:s, partition:i, readOnly:b
GitRepoVolumeSource: repository!:s, revision:s, directory:s
SecretVolumeSource: secretName:s, items:[]KeyToPath, defaultMode:*i, optional:*b
KeyToPath: key!:s, path!:s, mode:*i
NFSVolumeSource: server!:s, path!:s, readOnly:b
ISCSIVolumeSource: targetPortal!:s, iqn!:s, lun!:i, iscsiInterface:s, fsType:s, readOnly:b, portals:[]s,
  chapAuthDiscovery:b, chapAuthSession:b, secretRef:*LocalObjectReference, initiatorName:*s
LocalObjectReference: name:s
GlusterfsVolumeSource: endpoints!:s, path!:s, readOnly:b
PersistentVolumeClaimVolumeSource: claimName!:s, readOnly:b
RBDVolumeSource: monitors!:[]s, image!:s, fsType:s, pool:s, user:s, keyring:s,
  secretRef:*LocalObjectReference, readOnly:b
FlexVolumeSource: driver!:s, fsType:s, secretRef:*LocalObjectReference, readOnly:b, options:map:s
CinderVolumeSource: volumeID!:s, fsType:s, readOnly:b, secretRef:*LocalObjectReference
CephFSVolumeSource: monitors!:[]s, path:s, user:s, secretFile:s, secretRef:*LocalObjectReference,
  readOnly:b
FlockerVolumeSource: datasetName:s, datasetUUID:s
DownwardAPIVolumeSource: items:[]DownwardAPIVolumeFile, defaultMode:*i
DownwardAPIVolumeFile: path!:s, fieldRef:*ObjectFieldSelector, resourceFieldRef:*ResourceFieldSelector,
  mode:*i
ObjectFieldSelector: apiVersion:s, fieldPath!:s
ResourceFieldSelector: containerName:s, resource!:s, divisor!:Quantity
FCVolumeSource: targetWWNs:[]s, lun:*i, fsType:s, readOnly:b, wwids:[]s
AzureFileVolumeSource: secretName!:s, shareName!:s, readOnly:b
ConfigMapVolumeSource: name:s, items:[]KeyToPath, defaultMode:*i, optional:*b
VsphereVirtualDiskVolumeSource: volumePath!:s, fsType:s, storagePolicyName:s, storagePolicyID:s
QuobyteVolumeSource: registry!:s, volume!:s, readOnly:b, user:s, group:s, tenant:s
AzureDiskVolumeSource: diskName!:s, diskURI!:s, cachingMode:*s, fsType:*s, readOnly:*b, kind:*s
PhotonPersistentDiskVolumeSource: pdID!:s, fsType:s
ProjectedVolumeSource: sources!:[]VolumeProjection, defaultMode:*i
VolumeProjection: secret:*SecretProjection, downwardAPI:*DownwardAPIProjection,
  configMap:*ConfigMapProjection, serviceAccountToken:*ServiceAccountTokenProjection,
  clusterTrustBundle:*ClusterTrustBundleProjection, podCertificate:*PodCertificateProjection
SecretProjection: name:s, items:[]KeyToPath, optional:*b
DownwardAPIProjection: items:[]DownwardAPIVolumeFile
ConfigMapProjection: name:s, items:[]KeyToPath, optional:*b
ServiceAccountTokenProjection: audience:s, expirationSeconds:*i, path!:s
ClusterTrustBundleProjection: name:*s, signerName:*s, labelSelector:*LabelSelector, optional:*b, path!:s
LabelSelector: matchLabels:map:s, matchExpressions:[]LabelSelectorRequirement
LabelSelectorRequirement: key!:s, operator!:s, values:[]s
PodCertificateProjection: signerName:s, keyType:s, maxExpirationSeconds:*i, credentialBundlePath:s,
  keyPath:s, certificateChainPath:s
PortworxVolumeSource: volumeID!:s, fsType:s, readOnly:b
ScaleIOVolumeSource: gateway!:s, system!:s, secretRef!:*LocalObjectReference, sslEnabled:b,
  protectionDomain:s, storagePool:s, storageMode:s, volumeName:s, fsType:s, readOnly:b
StorageOSVolumeSource: volumeName:s, volumeNamespace:s, fsType:s, readOnly:b,
  secretRef:*LocalObjectReference
CSIVolumeSource: driver!:s, readOnly:*b, fsType:*s, volumeAttributes:map:s,
  nodePublishSecretRef:*LocalObjectReference
EphemeralVolumeSource: volumeClaimTemplate:*PersistentVolumeClaimTemplate
PersistentVolumeClaimTemplate: metadata!:ObjectMeta, spec!:PersistentVolumeClaimSpec
PersistentVolumeClaimSpec: accessModes:[]s, selector:*LabelSelector,
  resources!:VolumeResourceRequirements, volumeName:s, storageClassName:*s, volumeMode:*s,
  dataSource:*TypedLocalObjectReference, dataSourceRef:*TypedObjectReference, volumeAttributesClassName:*s
VolumeResourceRequirements: limits:map:Quantity, requests:map:Quantity
TypedLocalObjectReference: apiGroup!:*s, kind!:s, name!:s
TypedObjectReference: apiGroup!:*s, kind!:s, name!:s, namespace:*s
ImageVolumeSource: reference:s, pullPolicy:s
Container: name!:s, image:s, command:[]s, args:[]s, workingDir:s, ports:[]ContainerPort,
  envFrom:[]EnvFromSource, env:[]EnvVar, resources!:ResourceRequirements,
  resizePolicy:[]ContainerResizePolicy, restartPolicy:*s, restartPolicyRules:[]ContainerRestartRule,
  volumeMounts:[]VolumeMount, volumeDevices:[]VolumeDevice, livenessProbe:*Probe, readinessProbe:*Probe,
  startupProbe:*Probe, lifecycle:*Lifecycle, terminationMessagePath:s, terminationMessagePolicy:s,
  imagePullPolicy:s, securityContext:*SecurityContext, stdin:b, stdinOnce:b, tty:b
ContainerPort: name:s, hostPort:i, containerPort!:i, protocol:s, hostIP:s
EnvFromSource: prefix:s, configMapRef:*ConfigMapEnvSource, secretRef:*SecretEnvSource
ConfigMapEnvSource: name:s, optional:*b
SecretEnvSource: name:s, optional:*b
EnvVar: name!:s, value:s, valueFrom:*EnvVarSource
EnvVarSource: fieldRef:*ObjectFieldSelector, resourceFieldRef:*ResourceFieldSelector,
  configMapKeyRef:*ConfigMapKeySelector, secretKeyRef:*SecretKeySelector, fileKeyRef:*FileKeySelector
ConfigMapKeySelector: name:s, key!:s, optional:*b
SecretKeySelector: name:s, key!:s, optional:*b
FileKeySelector: volumeName!:s, path!:s, key!:s, optional:*b
ResourceRequirements: limits:map:Quantity, requests:map:Quantity, claims:[]ResourceClaim
ResourceClaim: name!:s, request:s
ContainerResizePolicy: resourceName!:s, restartPolicy!:s
ContainerRestartRule: action:s, exitCodes:*ContainerRestartRuleOnExitCodes
ContainerRestartRuleOnExitCodes: operator:s, values:[]i
VolumeMount: name!:s, readOnly:b, recursiveReadOnly:*s, mountPath!:s, subPath:s, mountPropagation:*s,
  subPathExpr:s
VolumeDevice: name!:s, devicePath!:s
Probe: exec:*ExecAction, httpGet:*HTTPGetAction, tcpSocket:*TCPSocketAction, grpc:*GRPCAction,
  initialDelaySeconds:i, timeoutSeconds:i, periodSeconds:i, successThreshold:i, failureThreshold:i,
  terminationGracePeriodSeconds:*i
ExecAction: command:[]s
HTTPGetAction: path:s, port!:IntOrString, host:s, scheme:s, httpHeaders:[]HTTPHeader
HTTPHeader: name!:s, value!:s
TCPSocketAction: port!:IntOrString, host:s
GRPCAction: port!:i, service!:*s
Lifecycle: postStart:*LifecycleHandler, preStop:*LifecycleHandler, stopSignal:*s
LifecycleHandler: exec:*ExecAction, httpGet:*HTTPGetAction, tcpSocket:*TCPSocketAction, sleep:*SleepAction
SleepAction: seconds!:i
SecurityContext: capabilities:*Capabilities, privileged:*b, seLinuxOptions:*SELinuxOptions,
  windowsOptions:*WindowsSecurityContextOptions, runAsUser:*i, runAsGroup:*i, runAsNonRoot:*b,
  readOnlyRootFilesystem:*b, allowPrivilegeEscalation:*b, procMount:*s, seccompProfile:*SeccompProfile,
  appArmorProfile:*AppArmorProfile
Capabilities: add:[]s, drop:[]s
SELinuxOptions: user:s, role:s, type:s, level:s
WindowsSecurityContextOptions: gmsaCredentialSpecName:*s, gmsaCredentialSpec:*s, runAsUserName:*s,
  hostProcess:*b
SeccompProfile: type!:s, localhostProfile:*s
AppArmorProfile: type!:s, localhostProfile:*s
EphemeralContainer: name!:s, image:s, command:[]s, args:[]s, workingDir:s, ports:[]ContainerPort,
  envFrom:[]EnvFromSource, env:[]EnvVar, resources!:ResourceRequirements,
  resizePolicy:[]ContainerResizePolicy, restartPolicy:*s, restartPolicyRules:[]ContainerRestartRule,
  volumeMounts:[]VolumeMount, volumeDevices:[]VolumeDevice, livenessProbe:*Probe, readinessProbe:*Probe,
  startupProbe:*Probe, lifecycle:*Lifecycle, terminationMessagePath:s, terminationMessagePolicy:s,
  imagePullPolicy:s, securityContext:*SecurityContext, stdin:b, stdinOnce:b, tty:b, targetContainerName:s
PodSecurityContext: seLinuxOptions:*SELinuxOptions, windowsOptions:*WindowsSecurityContextOptions,
  runAsUser:*i, runAsGroup:*i, runAsNonRoot:*b, supplementalGroups:[]i, supplementalGroupsPolicy:*s,
  fsGroup:*i, sysctls:[]Sysctl, fsGroupChangePolicy:*s, seccompProfile:*SeccompProfile,
  appArmorProfile:*AppArmorProfile, seLinuxChangePolicy:*s
Sysctl: name!:s, value!:s
Affinity: nodeAffinity:*NodeAffinity, podAffinity:*PodAffinity, podAntiAffinity:*PodAntiAffinity
NodeAffinity: requiredDuringSchedulingIgnoredDuringExecution:*NodeSelector,
  preferredDuringSchedulingIgnoredDuringExecution:[]PreferredSchedulingTerm
NodeSelector: nodeSelectorTerms!:[]NodeSelectorTerm
NodeSelectorTerm: matchExpressions:[]NodeSelectorRequirement, matchFields:[]NodeSelectorRequirement
NodeSelectorRequirement: key!:s, operator!:s, values:[]s
PreferredSchedulingTerm: weight!:i, preference!:NodeSelectorTerm
PodAffinity: requiredDuringSchedulingIgnoredDuringExecution:[]PodAffinityTerm,
  preferredDuringSchedulingIgnoredDuringExecution:[]WeightedPodAffinityTerm
PodAffinityTerm: labelSelector:*LabelSelector, namespaces:[]s, topologyKey!:s,
  namespaceSelector:*LabelSelector, matchLabelKeys:[]s, mismatchLabelKeys:[]s
WeightedPodAffinityTerm: weight!:i, podAffinityTerm!:PodAffinityTerm
PodAntiAffinity: requiredDuringSchedulingIgnoredDuringExecution:[]PodAffinityTerm,
  preferredDuringSchedulingIgnoredDuringExecution:[]WeightedPodAffinityTerm
Toleration: key:s, operator:s, value:s, effect:s, tolerationSeconds:*i
HostAlias: ip!:s, hostnames:[]s
PodDNSConfig: nameservers:[]s, searches:[]s, options:[]PodDNSConfigOption
PodDNSConfigOption: name:s, value:*s
PodReadinessGate: conditionType!:s
TopologySpreadConstraint: maxSkew!:i, topologyKey!:s, whenUnsatisfiable!:s, labelSelector:*LabelSelector,
  minDomains:*i, nodeAffinityPolicy:*s, nodeTaintsPolicy:*s, matchLabelKeys:[]s
PodOS: name!:s
PodSchedulingGate: name!:s
PodResourceClaim: name!:s, resourceClaimName:*s, resourceClaimTemplateName:*s
CanaryStep: setWeight:*i, pause:*RolloutPause, experiment:*RolloutExperimentStep,
  analysis:*RolloutAnalysis, setCanaryScale:*SetCanaryScale, setHeaderRoute:*SetHeaderRoute,
  setMirrorRoute:*SetMirrorRoute, plugin:*PluginStep
RolloutPause: duration:*IntOrString
RolloutExperimentStep: templates!:[]RolloutExperimentTemplate, duration:s,
  analyses:[]RolloutExperimentStepAnalysisTemplateRef, dryRun:[]DryRun,
  analysisRunMetadata!:AnalysisRunMetadata, scaleDownDelaySeconds:*i
RolloutExperimentTemplate: name!:s, specRef!:s, replicas:*i, metadata!:PodTemplateMetadata,
  selector:*LabelSelector, weight:*i, service:*TemplateService
PodTemplateMetadata: labels:map:s, annotations:map:s
TemplateService: name:s
RolloutExperimentStepAnalysisTemplateRef: name!:s, templateName!:s, clusterScope:*b,
  args:[]AnalysisRunArgument, requiredForCompletion:b
AnalysisRunArgument: name!:s, value:s, valueFrom:*ArgumentValueFrom
ArgumentValueFrom: podTemplateHashValue:*s, fieldRef:*FieldRef
FieldRef: fieldPath!:s
DryRun: metricName!:s
AnalysisRunMetadata: labels:map:s, annotations:map:s
RolloutAnalysis: templates:[]AnalysisTemplateRef, args:[]AnalysisRunArgument, dryRun:[]DryRun,
  measurementRetention:[]MeasurementRetention, analysisRunMetadata:*AnalysisRunMetadata
AnalysisTemplateRef: templateName!:s, clusterScope:*b
MeasurementRetention: metricName!:s, limit!:i
SetCanaryScale: weight:*i, replicas:*i, matchTrafficWeight:b
SetHeaderRoute: name:s, match:[]HeaderRoutingMatch
HeaderRoutingMatch: headerName!:s, headerValue!:*StringMatch
StringMatch: exact:s, prefix:s, regex:s
SetMirrorRoute: name!:s, match:[]RouteMatch, percentage:*i
RouteMatch: method:*StringMatch, path:*StringMatch, headers:map:StringMatch
PluginStep: name!:s, config:raw
`;
