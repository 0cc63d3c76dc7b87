package dev.reeve.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.reeve.e2e.ReadinessLog.Entry;
import dev.reeve.e2e.ReadinessLog.Kind;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/// That the measure notices what it is there for: of two pods one more may run, and none be
/// missing.
class BoundsTest {
  private final List<Entry> log = new ArrayList<>();

  private void say(Kind kind, String node, String pod) {
    var container = pod.isEmpty() ? "" : "c-" + pod;
    log.add(new Entry(Instant.EPOCH.plusMillis(log.size()), kind, node, pod, container, ""));
  }

  private void mark(String text) {
    log.add(new Entry(Instant.EPOCH.plusMillis(log.size()), Kind.MARK, "", "", "", text));
  }

  private void comesUp(String node, String pod) {
    say(Kind.POD_STARTED, node, pod);
    say(Kind.STARTED, node, pod);
    say(Kind.ANSWERS, node, pod);
  }

  private void goes(String node, String pod) {
    say(Kind.KILLED, node, pod);
    say(Kind.SILENT, node, pod);
    say(Kind.DIED, node, pod);
    say(Kind.POD_DIED, node, pod);
  }

  private void begin() {
    comesUp("n0", "a");
    comesUp("n1", "b");
    mark("begin");
  }

  private Bounds.Kept check() {
    return Bounds.check(log, "begin", "end", 2, 3);
  }

  @Test
  void countsAReplacementThatKeepsItsBounds() {
    begin();
    comesUp("n0", "c");
    goes("n0", "a");
    mark("end");
    goes("n0", "c");

    assertThat(check()).isEqualTo(new Bounds.Kept(5, 2, 2, 3, 3));
  }

  @Test
  void noticesAPodThatIsStoppedBeforeItsSuccessorAnswers() {
    begin();
    say(Kind.STARTED, "n0", "c");
    say(Kind.KILLED, "n0", "a");
    say(Kind.ANSWERS, "n0", "c");

    assertThatThrownBy(this::check)
        .isInstanceOf(AssertionError.class)
        .hasMessageStartingWith("1 ready (at least 2)")
        .message()
        .contains("STARTED")
        .doesNotEndWith("c");
  }

  @Test
  void noticesAPodThatDoesNotAnswerThoughNobodyStoppedIt() {
    begin();
    say(Kind.SILENT, "n1", "b");

    assertThatThrownBy(this::check).hasMessageStartingWith("1 ready");
  }

  @Test
  void aPodThatAnswersWhileItIsBeingStoppedIsNotReady() {
    begin();
    say(Kind.KILLED, "n1", "b");
    say(Kind.ANSWERS, "n1", "b");

    assertThatThrownBy(this::check).hasMessageStartingWith("1 ready");
  }

  @Test
  void noticesOnePodTooMany() {
    begin();
    say(Kind.STARTED, "n0", "c");
    say(Kind.STARTED, "n1", "d");

    assertThatThrownBy(this::check).hasMessageContaining("4 running (at most 3)");
  }

  @Test
  void thoseOfAnUnheardNodeAreReadyButNotCountedAmongThoseThatRun() {
    begin();
    comesUp("n1", "c");
    say(Kind.UNHEARD, "n1", "");
    comesUp("n0", "d");
    comesUp("n0", "e");
    say(Kind.KILLED, "n0", "e");

    var kept = check();

    assertThat(kept.mostRunning()).isEqualTo(3);
    assertThat(kept.mostRunningAnywhere()).isEqualTo(5);

    say(Kind.HEARD, "n1", "");

    assertThatThrownBy(this::check).hasMessageContaining("5 running");
  }
}
