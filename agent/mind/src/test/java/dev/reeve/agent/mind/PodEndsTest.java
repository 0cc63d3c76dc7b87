package dev.reeve.agent.mind;

import static dev.reeve.agent.mind.NodeWithOnePod.START;
import static dev.reeve.agent.mind.NodeWithOnePod.container;
import static dev.reeve.agent.mind.NodeWithOnePod.program;
import static dev.reeve.agent.mind.NodeWithOnePod.sidecar;
import static org.assertj.core.api.Assertions.assertThat;

import dev.reeve.agent.mind.PodProgram.RestartPolicy;
import dev.reeve.core.protocol.ContainerReport;
import dev.reeve.core.protocol.PodReport.Phase;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/// How pods and containers end, and what is said of it.
class PodEndsTest {

  @Nested
  class ActiveDeadline {
    private final NodeWithOnePod node =
        NodeWithOnePod.running(
            new PodProgram(
                List.of(sidecar("proxy")),
                List.of(container("app"), container("other")),
                RestartPolicy.ON_FAILURE,
                Duration.ofSeconds(30),
                Optional.of(Duration.ofMinutes(5))));

    @Test
    void stopsAllContainersAndFailsThePod() {
      node.after(Duration.ofMinutes(5).minusMillis(1));
      assertThat(node.stops()).isEmpty();

      node.after(Duration.ofMillis(1));

      assertThat(node.stops())
          .containsExactly(
              new NodeEffect.StopPod(
                  "uid", Duration.ofSeconds(30), List.of("proxy"), "DeadlineExceeded"));
      assertThat(node.report().phase()).isEqualTo(Phase.RUNNING);
      node.dies("app", 143);
      node.dies("other", 0);
      node.dies("proxy", 0);
      assertThat(node.report().phase()).isEqualTo(Phase.FAILED);
      assertThat(node.report().reason()).isEqualTo("DeadlineExceeded");
      assertThat(node.report().message())
          .isEqualTo("Pod was active on the node longer than the specified deadline");
    }

    @Test
    void startsNothingAgain() {
      node.started();
      node.after(Duration.ofMinutes(5));
      node.dies("app", 143);
      node.dies("other", 143);
      node.dies("proxy", 143);
      node.sandboxDies();

      node.after(Duration.ofHours(1));

      assertThat(node.started()).isEmpty();
    }

    @Test
    void doesNotConcernAPodThatHasEndedBefore() {
      node.dies("app", 0);
      node.dies("other", 0);
      node.dies("proxy", 0);

      node.after(Duration.ofHours(1));
      node.restarted(
          node.pause(FoundContainer.State.RUNNING),
          node.ended("proxy", 0, START),
          node.ended("app", 0, START),
          node.ended("other", 0, START));

      assertThat(node.report().phase()).isEqualTo(Phase.SUCCEEDED);
      assertThat(node.report().reason()).isEmpty();
    }

    @Test
    void doesNotConcernSidecarsThatTakeTheirTimeToStop() {
      node.after(Duration.ofMinutes(5).minusSeconds(1));
      node.dies("app", 0);
      node.dies("other", 0);

      node.after(Duration.ofSeconds(10));
      node.dies("proxy", 143);

      assertThat(node.report().phase()).isEqualTo(Phase.SUCCEEDED);
      assertThat(node.report().reason()).isEmpty();
    }

    @Test
    void isStillWhyItFailedAfterTheAgentWasStartedAgain() {
      var end = START.plus(Duration.ofMinutes(5));
      node.started();

      node.after(Duration.ofHours(1));
      node.restarted(
          node.pause(FoundContainer.State.EXITED),
          node.ended("proxy", 0, end),
          node.ended("app", 0, end),
          node.ended("other", 0, end));

      assertThat(node.report().phase()).isEqualTo(Phase.FAILED);
      assertThat(node.report().reason()).isEqualTo("DeadlineExceeded");
      assertThat(node.started()).isEmpty();
    }
  }

  @Nested
  class TerminationMessage {
    @Test
    void isWhatAnEndedContainerSaid() {
      var node = NodeWithOnePod.running(program(RestartPolicy.NEVER, List.of(), container("app")));

      node.dies("app", 1, "no such table");

      var app = node.report("app");
      assertThat(app.state()).isEqualTo(ContainerReport.State.TERMINATED);
      assertThat(app.reason()).isEqualTo("Error");
      assertThat(app.message()).isEqualTo("no such table");
    }

    @Test
    void isPartOfWhyTheNextAttemptIsBackedOff() {
      var node = NodeWithOnePod.running(program(RestartPolicy.ALWAYS, List.of(), container("app")));

      node.dies("app", 3, "no such table");
      node.dies("app", 3, "no such table");

      assertThat(node.report("app").reason()).isEqualTo("CrashLoopBackOff");
      assertThat(node.report("app").message())
          .isEqualTo("the last attempt ended with exit code 3 (Error): no such table");
    }
  }
}
