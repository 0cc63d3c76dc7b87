package dev.reeve.agent.mind;

import static dev.reeve.agent.mind.NodeWithOnePod.container;
import static dev.reeve.agent.mind.NodeWithOnePod.program;
import static dev.reeve.agent.mind.NodeWithOnePod.sidecar;
import static org.assertj.core.api.Assertions.assertThat;

import dev.reeve.agent.mind.PodProgram.ProbeKind;
import dev.reeve.agent.mind.PodProgram.RestartPolicy;
import dev.reeve.core.protocol.ContainerReport;
import dev.reeve.core.protocol.PodReport.Phase;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/// What Kubernetes says of sidecar containers: init containers whose restartPolicy is Always.
class SidecarsTest {
  private static final Duration GRACE = Duration.ofSeconds(30);

  private static NodeWithOnePod job(PodProgram.Container... init) {
    return NodeWithOnePod.running(program(RestartPolicy.NEVER, List.of(init), container("app")));
  }

  private static NodeWithOnePod service(PodProgram.Container... init) {
    return NodeWithOnePod.running(program(RestartPolicy.ALWAYS, List.of(init), container("app")));
  }

  @Nested
  class Starting {
    @Test
    void aSidecarStartsInItsTurnAndTheNextOneBesideIt() {
      var node = service(container("first"), sidecar("proxy"), container("second"));

      assertThat(node.started()).containsExactly("first");
      node.dies("first", 0);
      assertThat(node.started()).containsExactly("proxy", "second");
      node.dies("second", 0);
      assertThat(node.started()).containsExactly("app");
      assertThat(node.report().phase()).isEqualTo(Phase.RUNNING);
      assertThat(node.report().ready()).isTrue();
    }

    @Test
    void theNextOneWaitsUntilTheStartupProbeHasPassed() {
      var node = service(sidecar("proxy", ProbeKind.STARTUP));
      assertThat(node.started()).containsExactly("proxy");

      node.passes("proxy", ProbeKind.STARTUP);

      assertThat(node.started()).containsExactly("app");
    }

    @Test
    void theNextOneDoesNotWaitForTheReadinessProbe() {
      var node = service(sidecar("proxy", ProbeKind.READINESS));

      assertThat(node.started()).containsExactly("proxy", "app");
    }

    @Test
    void oneThatEndsBeforeTheNextHasStartedHoldsItUp() {
      var node = service(sidecar("proxy", ProbeKind.STARTUP));
      node.dies("proxy", 1);
      assertThat(node.started()).containsExactly("proxy", "proxy");

      node.dies("proxy", 1);
      assertThat(node.started()).isEmpty();
      node.after(Duration.ofSeconds(10));
      node.passes("proxy", ProbeKind.STARTUP);

      assertThat(node.started()).containsExactly("proxy", "app");
    }

    @Test
    void oneThatEndsLaterHoldsNothingUp() {
      var node = service(sidecar("proxy"), container("migrate"));
      node.dies("proxy", 1);
      node.dies("proxy", 1);
      assertThat(node.report("proxy").reason()).isEqualTo("CrashLoopBackOff");
      node.started();

      node.dies("migrate", 0);

      assertThat(node.started()).containsExactly("app");
    }
  }

  @Nested
  class Running {
    @Test
    void aSidecarIsStartedAgainWhateverThePodSays() {
      var node = job(sidecar("proxy"));
      node.started();

      node.dies("proxy", 0);

      assertThat(node.started()).containsExactly("proxy");
      assertThat(node.report("proxy").restarts()).isEqualTo(1);
      assertThat(node.report().phase()).isEqualTo(Phase.RUNNING);
    }

    @Test
    void itsReadinessCountsForThePod() {
      var node = service(sidecar("proxy", ProbeKind.READINESS));
      assertThat(node.report().ready()).isFalse();

      node.passes("proxy", ProbeKind.READINESS);

      assertThat(node.report().ready()).isTrue();
      node.dies("proxy", 1);
      node.dies("proxy", 1);
      assertThat(node.report().ready()).isFalse();
    }

    @Test
    void itsLivenessProbeStopsItAlone() {
      var grace = Optional.of(Duration.ofSeconds(5));
      var probes = Map.of(ProbeKind.LIVENESS, NodeWithOnePod.probe(grace));
      var node = service(container("proxy", true, probes));

      node.fails("proxy", ProbeKind.LIVENESS);

      assertThat(node.stops())
          .containsExactly(
              new NodeEffect.StopContainer(
                  "uid", "proxy", "proxy-0", Duration.ofSeconds(5), "Unhealthy"));
    }

    @Test
    void anInitContainerIsNotRunAgainWhenItsContainerWasTidiedAway() {
      var node = service(container("migrate"), sidecar("proxy"));

      node.restarted(
          node.pause(FoundContainer.State.RUNNING), node.runs("proxy"), node.runs("app"));

      assertThat(node.started()).containsExactly("migrate");
      assertThat(node.report("migrate").state()).isEqualTo(ContainerReport.State.TERMINATED);
      assertThat(node.report().ready()).isTrue();
    }
  }

  @Nested
  class Completing {
    @Test
    void theSidecarsAreStoppedInReverseOrderOnceTheAppsHaveEnded() {
      var node = job(sidecar("one"), container("init"), sidecar("two"));
      node.dies("init", 0);

      node.dies("app", 0);

      assertThat(node.stops())
          .containsExactly(
              new NodeEffect.StopPod("uid", GRACE, List.of("two", "one"), "Completed"));
      assertThat(node.report().phase()).isEqualTo(Phase.RUNNING);
    }

    @Test
    void thePodIsWhatItsAppsAreOnceTheSidecarsHaveEnded() {
      var node = job(sidecar("proxy"));
      node.started();

      node.dies("app", 0);
      node.dies("proxy", 143);

      assertThat(node.report().phase()).isEqualTo(Phase.SUCCEEDED);
      assertThat(node.report("proxy").exitCode()).isEqualTo(143);
      assertThat(node.started()).isEmpty();
    }

    @Test
    void aFailedAppMakesAFailedPod() {
      var node = job(sidecar("proxy"));

      node.dies("app", 3);
      node.dies("proxy", 0);

      assertThat(node.report().phase()).isEqualTo(Phase.FAILED);
    }

    @Test
    void aFailedInitContainerEndsThePodWithItsSidecars() {
      var node = job(sidecar("proxy"), container("migrate"));

      node.dies("migrate", 1);
      assertThat(node.stops())
          .containsExactly(new NodeEffect.StopPod("uid", GRACE, List.of("proxy"), "Completed"));
      node.dies("proxy", 143);

      assertThat(node.report().phase()).isEqualTo(Phase.FAILED);
      assertThat(node.started()).containsExactly("proxy", "migrate");
    }

    @Test
    void aSidecarThatWasBackedOffIsNotWaitedFor() {
      var node = job(sidecar("proxy"));
      node.dies("proxy", 1);
      node.dies("proxy", 1);
      node.started();

      node.dies("app", 0);
      node.after(Duration.ofMinutes(10));

      assertThat(node.report().phase()).isEqualTo(Phase.SUCCEEDED);
      assertThat(node.started()).isEmpty();
    }

    @Test
    void aCompletedPodStaysCompletedWhenTheAgentOrTheSandboxGoes() {
      var node = job(sidecar("proxy"));
      node.dies("app", 0);
      node.dies("proxy", 143);
      node.started();
      node.stops();

      node.sandboxDies();
      node.restarted(
          node.pause(FoundContainer.State.EXITED),
          node.ended("proxy", 143, NodeWithOnePod.START),
          node.ended("app", 0, NodeWithOnePod.START));

      assertThat(node.report().phase()).isEqualTo(Phase.SUCCEEDED);
      assertThat(node.started()).isEmpty();
      assertThat(node.stops()).isEmpty();
    }

    @Test
    void anAgentThatWasAwayWhenTheAppsEndedStopsTheSidecars() {
      var node = job(sidecar("proxy"));
      node.started();

      node.restarted(
          node.pause(FoundContainer.State.RUNNING),
          node.runs("proxy"),
          node.ended("app", 0, NodeWithOnePod.START));

      assertThat(node.stops())
          .containsExactly(new NodeEffect.StopPod("uid", GRACE, List.of("proxy"), "Completed"));
      assertThat(node.started()).isEmpty();
    }
  }

  @Test
  void aRemovedPodStopsItsSidecarsAfterTheAppsInReverseOrder() {
    var node = service(sidecar("one"), sidecar("two"));

    node.removed();

    assertThat(node.stops())
        .containsExactly(
            new NodeEffect.ClearPod(
                "uid",
                GRACE,
                List.of("two", "one"),
                NodeEffect.ClearPod.Volumes.REMOVE,
                "ScaledDown"));
  }
}
