package dev.reeve.manifest;

import static org.assertj.core.api.Assertions.assertThat;

import dev.reeve.core.model.AccessMode;
import dev.reeve.core.model.Claim;
import dev.reeve.core.model.Claim.Provisioning;
import dev.reeve.core.model.Claim.Reclaim;
import dev.reeve.core.model.ObjectKey;
import dev.reeve.core.model.PersistentVolume;
import dev.reeve.core.model.PodTemplate.ClaimUse;
import dev.reeve.core.model.VolumeSource;
import dev.reeve.core.model.VolumeSource.Reach;
import dev.reeve.core.model.Workload;
import dev.reeve.core.model.Workload.Strategy.Ordered;
import dev.reeve.core.record.RecordFile.VolumeFile;
import dev.reeve.core.record.RecordFile.VolumePhase;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Claims, volumes and classes as they are read.
class StorageTest {
  private static final String CLAIM =
      """
      apiVersion: v1
      kind: PersistentVolumeClaim
      metadata: {name: data}
      spec:
        accessModes: [ReadWriteOnce]
        resources: {requests: {storage: 1Gi}}
      """;

  private static final String WEB =
      """
      apiVersion: apps/v1
      kind: Deployment
      metadata: {name: web}
      spec:
        selector: {matchLabels: {app: web}}
        template:
          metadata: {labels: {app: web}}
          spec:
            containers:
            - {name: web, image: x, volumeMounts: [{name: files, mountPath: /data}]}
            volumes:
            - {name: files, persistentVolumeClaim: {claimName: data}}
      """;

  private static String storageClass(String name, String more) {
    return "apiVersion: storage.k8s.io/v1\nkind: StorageClass\nmetadata: {name: %s}\n"
            .formatted(name)
        + more;
  }

  private static String volume(String more) {
    return """
    apiVersion: v1
    kind: PersistentVolume
    metadata: {name: disk, labels: {speed: fast}}
    spec:
      capacity: {storage: 5Gi}
      accessModes: [ReadWriteOnce, ReadOnlyMany]
    """
        + more.indent(2);
  }

  private static Claim claim(Repository repository) {
    return repository
        .state()
        .storage()
        .claims()
        .get(new ObjectKey(Claim.KIND, "default", "data"))
        .orElseThrow();
  }

  private static Provisioning provisioning(String storageClass) {
    return claim(
            Repository.with("c.yaml", CLAIM + "  storageClassName: x\n")
                .and("class.yaml", storageClass("x", storageClass)))
        .provisioning();
  }

  private static PersistentVolume volumeOf(String more) {
    return Repository.with("v.yaml", volume(more))
        .state()
        .storage()
        .volumes()
        .get("disk")
        .orElseThrow();
  }

  // --- claims and classes

  @Test
  void aClaimThatNamesNoClassHasAVolumeOnItsNode() {
    var claim = claim(Repository.with("c.yaml", CLAIM));

    assertThat(claim.modes()).containsExactly(AccessMode.READ_WRITE_ONCE);
    assertThat(claim.bytes()).isEqualTo(1L << 30);
    assertThat(claim.storageClass()).isEqualTo("local");
    assertThat(claim.provisioning())
        .isEqualTo(
            new Provisioning.Made("local", new TreeMap<>(), Reach.NODE, Reclaim.DELETE, List.of()));
  }

  @Test
  void theDefaultClassIsThatWhichSaysSo() {
    var claim =
        claim(
            Repository.with("c.yaml", CLAIM)
                .and(
                    "class.yaml",
                    """
                    apiVersion: storage.k8s.io/v1
                    kind: StorageClass
                    metadata:
                      name: fast
                      annotations: {storageclass.kubernetes.io/is-default-class: "true"}
                    provisioner: rancher.io/local-path
                    reclaimPolicy: Retain
                    """));

    assertThat(claim.storageClass()).isEqualTo("fast");
    assertThat(claim.provisioning())
        .isInstanceOfSatisfying(
            Provisioning.Made.class, it -> assertThat(it.reclaim()).isEqualTo(Reclaim.RETAIN));
  }

  @Test
  void aPluginIsToldItsOptionsAndIsReachedFromEverywhere() {
    var made =
        provisioning(
            """
            provisioner: docker.reeve.dev
            parameters:
              opt.type: nfs
              opt.o: addr=10.0.0.9,rw
              opt.device: ":/export"
            """);

    assertThat(made)
        .isEqualTo(
            new Provisioning.Made(
                "local",
                new TreeMap<>(Map.of("type", "nfs", "o", "addr=10.0.0.9,rw", "device", ":/export")),
                Reach.CLUSTER,
                Reclaim.DELETE,
                List.of()));
  }

  @ParameterizedTest
  @CsvSource({
    "driver: rexray, CLUSTER",
    "'{driver: rexray, scope: node}', NODE",
    "'{scope: cluster}', CLUSTER",
    "'{}', NODE"
  })
  void whoReachesAVolumeFollowsFromItsDriverUnlessItIsSaid(String parameters, Reach reach) {
    var written = parameters.startsWith("{") ? parameters : "{" + parameters + "}";

    assertThat(provisioning("provisioner: docker.reeve.dev\nparameters: " + written + "\n"))
        .isInstanceOfSatisfying(
            Provisioning.Made.class, it -> assertThat(it.reach()).isEqualTo(reach));
  }

  @ParameterizedTest
  @CsvSource({
    "ebs.csi.aws.com, ': provisioner ebs.csi.aws.com is not known here; docker.reeve.dev makes"
        + " volumes of the engine'",
    "kubernetes.io/no-provisioner, ': no persistent volume is there for it, and its class makes"
        + " none'"
  })
  void whatMakesNoVolumesSaysWhy(String provisioner, String why) {
    assertThat(provisioning("provisioner: " + provisioner + "\n"))
        .isEqualTo(new Provisioning.None(why));
  }

  @Test
  void aClassThatIsNotThereIsSaidWhereAPodWaitsForIt() {
    var claim = claim(Repository.with("c.yaml", CLAIM + "  storageClassName: gold\n"));

    assertThat(claim.provisioning())
        .isEqualTo(new Provisioning.None(": storageclass \"gold\" not found"));
  }

  @Test
  void twoDefaultClassesAreOneTooMany() {
    var isDefault =
        """
          annotations: {storageclass.kubernetes.io/is-default-class: "true"}
        provisioner: docker.reeve.dev
        """;
    var text = "apiVersion: storage.k8s.io/v1\nkind: StorageClass\nmetadata:\n  name: %s\n";

    assertThat(
            Repository.with("a.yaml", text.formatted("a") + isDefault)
                .and("b.yaml", text.formatted("b") + isDefault)
                .problems())
        .containsExactly("b.yaml:5:16: StorageClass/a is the default class already");
  }

  @Test
  void parametersThatNobodyKnowsAreRefused() {
    assertThat(
            Repository.with(
                    "a.yaml",
                    storageClass(
                        "a",
                        "provisioner: docker.reeve.dev\nparameters: {type: nfs, scope: all}\n"))
                .problems())
        .containsExactly(
            "a.yaml:5:20: parameters.type is not known: there are driver, scope and opt.*",
            "a.yaml:5:32: parameters.scope must be node or cluster");
  }

  // --- volumes

  @Test
  void aVolumeSaysWhatItIsAndWhere() {
    var disk =
        volumeOf(
            """
            storageClassName: disks
            local: {path: /mnt/disk}
            claimRef: {namespace: default, name: data}
            nodeAffinity:
              required:
                nodeSelectorTerms:
                - matchExpressions: [{key: kubernetes.io/hostname, operator: In, values: [n1]}]
            """);

    assertThat(disk.source()).isEqualTo(VolumeSource.folder("/mnt/disk"));
    assertThat(disk.reclaim()).isEqualTo(Reclaim.RETAIN);
    assertThat(disk.claim()).contains(new ObjectKey(Claim.KIND, "default", "data"));
    assertThat(disk.nodes()).hasSize(1);
    assertThat(disk.labels()).containsEntry("speed", "fast");
  }

  @Test
  void nfsIsMountedByTheEngine() {
    assertThat(volumeOf("nfs: {server: files.example.com, path: /export, readOnly: true}").source())
        .isEqualTo(
            new VolumeSource(
                "reeve-disk",
                "local",
                new TreeMap<>(
                    Map.of("type", "nfs", "o", "addr=files.example.com,ro", "device", ":/export")),
                "",
                Reach.CLUSTER));
  }

  @Test
  void aVolumeOfTheEngineIsNamedByItsHandle() {
    assertThat(
            volumeOf(
                    """
                    csi:
                      driver: docker.reeve.dev
                      volumeHandle: pvc-1
                      volumeAttributes: {driver: local, scope: node}
                    """)
                .source())
        .isEqualTo(new VolumeSource("pvc-1", "local", new TreeMap<>(), "", Reach.NODE));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "local: {path: /x} | 7:10: spec.local needs nodeAffinity: on which node is the folder?",
        "rbd: {pool: x} | 7:3: spec.rbd is not supported",
        "csi: {driver: ebs.csi.aws.com, volumeHandle: vol-1} | 7:17: spec.csi.driver must be"
            + " docker.reeve.dev, a volume of the engine: CSI drivers do not run here",
        "hostPath: {path: /x}\\n  nfs: {server: x, path: /x} | 8:8: spec.nfs may not stand beside"
            + " hostPath"
      })
  void whatCannotBeHadIsRefused(String source, String problem) {
    assertThat(Repository.with("v.yaml", volume(source.replace("\\n  ", "\n"))).problems())
        .containsExactly("v.yaml:" + problem);
  }

  @Test
  void aVolumeWithoutASourceIsRefused() {
    assertThat(Repository.with("v.yaml", volume("")).problems())
        .containsExactly("v.yaml:5:3: spec must have one of hostPath, local, nfs, csi");
  }

  // --- pods and sets

  @Test
  void aPodNamesItsClaim() {
    var web =
        Repository.with("c.yaml", CLAIM).and("w.yaml", WEB).workload("Deployment/default/web");

    assertThat(web.release().template().claims())
        .containsExactly(new ClaimUse("files", "data", false));
    assertThat(web.onFailure()).isEqualTo(Workload.OnFailure.PAUSE);
  }

  @Test
  void whatManyMayUseDoesNotPauseARollback() {
    var web =
        Repository.with("c.yaml", CLAIM.replace("ReadWriteOnce", "ReadWriteMany"))
            .and("w.yaml", WEB)
            .workload("Deployment/default/web");

    assertThat(web.onFailure()).isEqualTo(Workload.OnFailure.ROLLBACK);
  }

  @Test
  void aClaimThatIsNotThereIsRefused() {
    assertThat(Repository.with("w.yaml", WEB).problems())
        .containsExactly("w.yaml:12:58: PersistentVolumeClaim/default/data does not exist");
  }

  private static final String SET =
      """
      apiVersion: apps/v1
      kind: StatefulSet
      metadata: {name: db}
      spec:
        serviceName: db
        selector: {matchLabels: {app: db}}
        persistentVolumeClaimRetentionPolicy: {whenScaled: Delete}
        template:
          metadata: {labels: {app: db}}
          spec:
            containers:
            - {name: db, image: x, volumeMounts: [{name: data, mountPath: /data}]}
        volumeClaimTemplates:
        - metadata: {name: data}
          spec:
            accessModes: [ReadWriteOnce]
            resources: {requests: {storage: 1Gi}}
      """;

  @Test
  void aStatefulSetMakesClaims() {
    var set = Repository.with("s.yaml", SET).workload("StatefulSet/default/db");

    assertThat(set.strategy())
        .isInstanceOfSatisfying(
            Ordered.class,
            it -> {
              assertThat(it.claims())
                  .singleElement()
                  .satisfies(claim -> assertThat(claim.key().name()).isEqualTo("data"));
              assertThat(it.whenScaled()).isTrue();
              assertThat(it.whenDeleted()).isFalse();
            });
  }

  @Test
  void aJobMayUseAClaimThatASetMakes() {
    var backup = WEB.replace("claimName: data", "claimName: data-db-0");

    assertThat(Repository.with("s.yaml", SET).and("w.yaml", backup).problems()).isEmpty();
    assertThat(
            Repository.with("s.yaml", SET)
                .and("w.yaml", WEB.replace("claimName: data", "claimName: data-db-x"))
                .problems())
        .hasSize(1);
  }

  // --- what may be changed later

  private static List<String> changed(String before, String after) {
    var accepted = Repository.with("c.yaml", before).accepted();
    return Repository.with("c.yaml", after).problems(Optional.of(accepted.catalog()));
  }

  @Test
  void aClaimMayGrowAndNotShrink() {
    assertThat(changed(CLAIM, CLAIM.replace("1Gi", "2Gi"))).isEmpty();
    assertThat(changed(CLAIM, CLAIM.replace("1Gi", "1Mi")))
        .containsExactly("c.yaml:6:35: a claim cannot become smaller");
  }

  @Test
  void aClassSaysWhetherItsClaimsMayGrow() {
    var text = CLAIM + "  storageClassName: x\n---\n";
    var fixed = storageClass("x", "provisioner: docker.reeve.dev\n");

    assertThat(changed(text + fixed, text.replace("1Gi", "2Gi") + fixed))
        .containsExactly(
            "c.yaml:6:35: a claim of storage class x cannot grow: the class needs allowVolumeExpansion: true");
    var growing = fixed + "allowVolumeExpansion: true\n";
    assertThat(changed(text + growing, text.replace("1Gi", "2Gi") + growing)).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"ReadWriteMany", "ReadOnlyMany"})
  void whoMayUseItIsSaidOnceAndForAll(String mode) {
    assertThat(changed(CLAIM, CLAIM.replace("ReadWriteOnce", mode)))
        .singleElement()
        .asString()
        .contains("spec.accessModes cannot be changed");
  }

  // --- the record

  @Test
  void whatIsRecordedIsReadBack() {
    var file =
        new VolumeFile(
            "pvc-1",
            VolumePhase.DELETING,
            new ObjectKey(Claim.KIND, "default", "data-db-0"),
            Optional.of(new ObjectKey("StatefulSet", "default", "db")),
            true,
            "n1",
            List.of(AccessMode.READ_WRITE_ONCE),
            1L << 30,
            "local",
            Reclaim.DELETE,
            new VolumeSource(
                "pvc-1", "plugin", new TreeMap<>(Map.of("size", "1")), "", Reach.CLUSTER));
    var folder =
        new VolumeFile(
            "disk",
            VolumePhase.BOUND,
            new ObjectKey(Claim.KIND, "default", "data"),
            Optional.empty(),
            false,
            "",
            List.of(AccessMode.READ_WRITE_MANY, AccessMode.READ_WRITE_ONCE_POD),
            5,
            "",
            Reclaim.RETAIN,
            VolumeSource.folder("/srv/x"));

    for (VolumeFile each : List.of(file, folder)) {
      var files = new TreeMap<String, byte[]>();
      files.put(each.path(), RecordFiles.bytes(each));
      var read = RecordFiles.read(files);
      assertThat(read.problems()).isEmpty();
      assertThat(read.tree().volumes()).containsExactly(Map.entry(each.name(), each));
    }
    assertThat(file.path()).isEqualTo("cluster-scoped/persistentvolume/pvc-1.yaml");
  }
}
