package dev.reeve.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.reeve.core.Effect.Request;
import dev.reeve.core.Event;
import dev.reeve.core.Event.Answer;
import dev.reeve.core.model.Reason;
import dev.reeve.core.record.RecordCommit;
import dev.reeve.core.record.RecordFile;
import dev.reeve.core.record.RecordTree;
import dev.reeve.e2e.GitServers;
import dev.reeve.git.GitOut;
import dev.reeve.git.RemoteRepository;
import dev.reeve.server.sync.GitOutbox;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// The simulated repository and a real one, behind git's own server, answer a writer of the record
/// alike: what the simulation proves holds only as far as this does.
class GitContractTest {
  @TempDir private static Path temp;
  private static int count;

  /// A repository, and a writer that starts anew as often as it is asked to.
  interface Repository extends AutoCloseable {
    Writer writer() throws Exception;

    /// The next push arrives, and its answer does not.
    void loseNextAnswer() throws Exception;

    void refuse(boolean pushes) throws Exception;

    RecordTree tree() throws Exception;

    @Override
    void close() throws IOException;
  }

  /// One process that has read the record.
  interface Writer {
    Answer push(List<RecordCommit> commits) throws Exception;
  }

  private static RecordCommit commit(long epoch) {
    var files = new TreeMap<String, Optional<RecordFile>>();
    files.put(
        RecordFile.Cluster.PATH,
        Optional.of(new RecordFile.Cluster("local", epoch, "", "", "", 0)));
    return new RecordCommit(
        "epoch " + epoch + " claimed",
        List.of(),
        List.of(),
        "",
        Reason.LEADER_CLAIMED,
        epoch,
        files);
  }

  static Stream<Named> repositories() {
    return Stream.of(
        new Named("simulated", folder -> new Simulated()), new Named("real", Real::open));
  }

  record Named(String name, Function<Path, Repository> make) {
    Repository open() {
      count++;
      return make.apply(temp.resolve(name + count));
    }

    @Override
    public String toString() {
      return name;
    }
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("repositories")
  void aPushIsThereAfterwards(Named named) throws Exception {
    try (var repository = named.open()) {
      assertThat(repository.writer().push(List.of(commit(1)))).isEqualTo(new Answer.Ok());

      assertThat(repository.tree().cluster().map(RecordFile.Cluster::epoch)).contains(1L);
    }
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("repositories")
  void whoeverComesSecondIsToldTheEpochOfTheFirst(Named named) throws Exception {
    try (var repository = named.open()) {
      var one = repository.writer();
      var two = repository.writer();

      assertThat(one.push(List.of(commit(7)))).isEqualTo(new Answer.Ok());

      assertThat(two.push(List.of(commit(3)))).isEqualTo(new Answer.Lost(7));
      assertThat(repository.tree().cluster().map(RecordFile.Cluster::epoch)).contains(7L);
    }
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("repositories")
  void theSameCommitsAgainAreFoundToBeThere(Named named) throws Exception {
    try (var repository = named.open()) {
      var writer = repository.writer();
      repository.loseNextAnswer();

      // Whoever has no answer may look for itself before it says so.
      assertThat(writer.push(List.of(commit(1))))
          .isInstanceOfAny(Answer.Retry.class, Answer.Ok.class);

      assertThat(writer.push(List.of(commit(1)))).isEqualTo(new Answer.Ok());
      assertThat(writer.push(List.of(commit(2)))).isEqualTo(new Answer.Ok());
    }
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("repositories")
  void aFreshWriterGoesOnWhereTheLastOneEnded(Named named) throws Exception {
    try (var repository = named.open()) {
      assertThat(repository.writer().push(List.of(commit(1)))).isEqualTo(new Answer.Ok());

      assertThat(repository.writer().push(List.of(commit(2)))).isEqualTo(new Answer.Ok());
    }
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("repositories")
  void aPushThatIsNotTakenChangesNothing(Named named) throws Exception {
    try (var repository = named.open()) {
      var writer = repository.writer();
      repository.refuse(true);

      assertThat(writer.push(List.of(commit(1))))
          .isInstanceOfAny(Answer.Refused.class, Answer.Retry.class);

      repository.refuse(false);
      assertThat(repository.tree().cluster()).isEmpty();
      assertThat(writer.push(List.of(commit(1)))).isEqualTo(new Answer.Ok());
    }
  }

  private static final class Simulated implements Repository {
    private final SimulatedGit git = new SimulatedGit();

    @Override
    public Writer writer() {
      var length = new int[] {git.record.size()};
      return commits -> {
        var answer = git.loses(git.append(length[0], commits));
        if (answer instanceof Answer.Ok) {
          length[0] = git.record.size();
        }
        return answer;
      };
    }

    @Override
    public void loseNextAnswer() {
      git.loseNextAnswer = true;
    }

    @Override
    public void refuse(boolean pushes) {
      git.away = pushes;
    }

    @Override
    public RecordTree tree() {
      return git.tree();
    }

    @Override
    public void close() {}
  }

  private static final class Real implements Repository {
    private final GitServers server;
    private final Path folder;
    private final List<GitOutbox> writers = new ArrayList<>();

    private Real(GitServers server, Path folder) {
      this.server = server;
      this.folder = folder;
    }

    static Real open(Path folder) {
      try {
        return new Real(GitServers.start(folder), folder);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    private GitOutbox outbox(LinkedBlockingQueue<Event> answers) {
      var outbox =
          new GitOutbox(
              GitOut.open(
                  folder.resolve("writer" + writers.size()),
                  new RemoteRepository(server.url()),
                  "local"),
              "main",
              "local",
              answers::add);
      writers.add(outbox);
      return outbox;
    }

    @Override
    public Writer writer() {
      var answers = new LinkedBlockingQueue<Event>();
      var outbox = outbox(answers);
      assertThat(outbox.read()).isPresent();
      return commits -> {
        outbox.send(new Request.Append(1, commits));
        var event = answers.poll(30, TimeUnit.SECONDS);
        return event instanceof Event.Answered answered
            ? answered.answer()
            : new Answer.Retry("no answer");
      };
    }

    @Override
    public void loseNextAnswer() throws Exception {
      server.loseNextAnswer();
    }

    @Override
    public void refuse(boolean pushes) throws Exception {
      server.refuse(pushes);
    }

    @Override
    public RecordTree tree() {
      return outbox(new LinkedBlockingQueue<>()).read().orElseThrow();
    }

    @Override
    public void close() throws IOException {
      writers.forEach(GitOutbox::close);
      server.close();
    }
  }
}
