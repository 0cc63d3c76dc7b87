package dev.reeve.core.state;

import static org.assertj.core.api.Assertions.assertThat;

import dev.reeve.core.model.Bytes;
import dev.reeve.core.model.Constraints;
import dev.reeve.core.model.ObjectKey;
import dev.reeve.core.model.PodTemplate;
import dev.reeve.core.model.Reason;
import dev.reeve.core.model.Release;
import dev.reeve.core.model.Resources;
import dev.reeve.core.protocol.ContainerReport;
import dev.reeve.core.protocol.PodReport;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PodTest {
  private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");
  private static final ObjectKey WEB = new ObjectKey("Deployment", "default", "web");
  private static final long ID = PodIds.id(3, 7);
  private static final String UID = PodIds.uid("test", ID);
  private static final String MINTED = "web-abc-" + PodIds.suffix("test", ID);
  private static final String USUAL_ID = "0123456789abcdef".repeat(4);

  @Test
  void namesItselfAsItWasMinted() {
    var pod = pod(MINTED);

    assertThat(pod.uid()).isEqualTo(UID);
    assertThat(pod.name()).isEqualTo(MINTED);
  }

  @Test
  void keepsANameOfItsOwn() {
    assertThat(pod("web").name()).isEqualTo("web");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "10.0.0.1",
        "255.255.255.255",
        "0.0.0.0",
        "10.0.0.01",
        "10.0.0",
        "10.0.0.256",
        "10.0.0.1.",
        "fd00::1"
      })
  void saysWhatItsNodeSaidOfItsAddress(String ip) {
    var report = report(ip, container("app", USUAL_ID));

    assertThat(pod(MINTED).withReport(report, NOW).report()).contains(report);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "c1", "0123456789ABCDEF0123456789abcdef0123456789abcdef0123456789abcdef"})
  void saysWhatItsNodeSaidOfItsContainers(String id) {
    var report = report("10.0.0.1", container("app", USUAL_ID), container("side", id));

    assertThat(pod(MINTED).withReport(report, NOW).report()).contains(report);
  }

  @Test
  void staysTheSameObjectWhereNothingIsNew() {
    var pod = pod(MINTED).withReport(report("10.0.0.1", container("app", USUAL_ID)), NOW);

    var again = pod.withReport(report("10.0.0.1", container("app", USUAL_ID)), NOW.plusSeconds(1));

    assertThat(again).isSameAs(pod);
    assertThat(again.readySince()).contains(NOW);
  }

  private static Pod pod(String name) {
    var template =
        new PodTemplate(
            "abc",
            Resources.NONE,
            Constraints.NONE,
            List.of(),
            Optional.empty(),
            true,
            List.of("app"),
            Bytes.utf8("{}"));
    return new Pod(
        ID,
        UID,
        name,
        WEB,
        new Release("abc", "c0ffee", template, List.of()),
        "n1",
        NOW,
        Reason.ROLLOUT_STARTED,
        Optional.empty(),
        Optional.empty(),
        Optional.empty());
  }

  private static PodReport report(String ip, ContainerReport... containers) {
    return new PodReport(
        UID,
        MINTED,
        WEB,
        "abc",
        "c0ffee",
        PodReport.Phase.RUNNING,
        true,
        false,
        ip,
        Optional.of(NOW),
        List.of(containers),
        "",
        "");
  }

  private static ContainerReport container(String name, String id) {
    return new ContainerReport(
        name,
        false,
        "registry.example/app:1",
        "sha256:" + USUAL_ID,
        id,
        ContainerReport.State.RUNNING,
        true,
        2,
        Optional.of(NOW),
        Optional.of(NOW.minusSeconds(60)),
        137,
        "",
        "");
  }
}
