package dev.reeve.server.sync;

import static org.assertj.core.api.Assertions.assertThat;

import dev.reeve.core.model.ObjectKey;
import dev.reeve.git.LocalClone;
import dev.reeve.server.web.view.RecordedDecision;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ArchiveTest {
  private static final ObjectKey WEB = ObjectKey.parse("ConfigMap/default/web");
  private static final ObjectKey SECRET = ObjectKey.parse("Secret/default/login");

  @TempDir Path temp;
  private final Semaphore news = new Semaphore(0);
  private final List<Runnable> deepened = new ArrayList<>();
  private Clone clone;
  private volatile String newest = "";
  private Archive archive;

  @BeforeEach
  void open() throws Exception {
    clone = Clone.make(temp);
    var bare = new LocalClone(Path.of(clone.url()));
    archive = new Archive(bare, () -> Optional.of(newest), bare, deepened::add, news::release);
  }

  @AfterEach
  void close() {
    archive.close();
  }

  private static String config(String colour) {
    return "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: web}\ndata: {colour: %s}\n"
        .formatted(colour);
  }

  private static String secret(String password) {
    return "apiVersion: v1\nkind: Secret\nmetadata: {name: login}\nstringData: {password: %s}\n"
        .formatted(password);
  }

  private void awaitNews() throws InterruptedException {
    assertThat(news.tryAcquire(20, TimeUnit.SECONDS)).isTrue();
  }

  private String difference(String file, String from, String to) throws InterruptedException {
    var places = List.of(new Archive.Place(WEB, file), new Archive.Place(SECRET, file));
    assertThat(archive.diff(places, from, to)).isEmpty();
    awaitNews();
    return archive.diff(places, from, to).orElseThrow();
  }

  @Test
  void comparesADocumentAndNotItsNeighbours() throws Exception {
    clone.write("a.yaml", secret("hunter2") + "---\n# The web.\n" + config("red"));
    var from = clone.push("Red");
    clone.write("a.yaml", secret("hunter3") + "---\n# The web.\n" + config("blue"));
    var to = clone.push("Blue");

    assertThat(difference("a.yaml", from, to))
        .startsWith("ConfigMap/default/web in a.yaml\n@@")
        .contains("-data: {colour: red}", "+data: {colour: blue}")
        .doesNotContain("hunter");
  }

  @Test
  void takesAnObjectOutOfADocumentThatHoldsOthers() throws Exception {
    var list = "apiVersion: v1\nkind: List\nitems:\n- %s- %s";
    clone.write("a.yaml", list.formatted(indented(secret("hunter2")), indented(config("red"))));
    var from = clone.push("Red");
    clone.write("a.yaml", list.formatted(indented(secret("hunter3")), indented(config("blue"))));
    var to = clone.push("Blue");

    assertThat(difference("a.yaml", from, to))
        .contains("\"colour\" : \"blue\"")
        .doesNotContain("hunter");
  }

  private static String indented(String document) {
    return document.indent(2).substring(2);
  }

  @Test
  void tellsWhatTheRecordSaysOfAnObject() throws Exception {
    clone.write("record.yaml", "a");
    clone.push("web: begun [skip ci]\n\nReeve-Resource: " + WEB + "\nReeve-Reason: RolloutStarted");
    clone.write("record.yaml", "b");
    newest = clone.push("other: begun\n\nReeve-Resource: ConfigMap/default/web2\nReeve-Reason: X");

    assertThat(archive.history(WEB)).isEmpty();
    awaitNews();

    assertThat(archive.history(WEB))
        .singleElement()
        .satisfies(it -> assertThat(it.subject()).isEqualTo("web: begun"))
        .extracting(RecordedDecision::reason)
        .isEqualTo("RolloutStarted");
  }

  @Test
  void asksOnceForOlderCommitsAndLooksAgainWhenTheyAreThere() throws Exception {
    clone.write("record.yaml", "a");
    newest = clone.push("web: begun\n\nReeve-Resource: " + WEB);
    archive.history(WEB);
    awaitNews();
    archive.history(WEB);
    assertThat(deepened).hasSize(1);
    clone.write("record.yaml", "b");
    newest = clone.push("web: done\n\nReeve-Resource: " + WEB);

    deepened.getFirst().run();
    awaitNews();
    archive.history(WEB);
    awaitNews();

    assertThat(archive.history(WEB)).hasSize(2);
  }

  @Test
  void knowsNothingOfWhatIsNotThere() throws Exception {
    clone.write("a.yaml", config("red"));
    var commit = clone.push("Red");

    assertThat(difference("b.yaml", commit, "0".repeat(40))).isEmpty();
    assertThat(archive.diff(List.of(), commit, commit)).isEqualTo(Optional.empty());
  }
}
