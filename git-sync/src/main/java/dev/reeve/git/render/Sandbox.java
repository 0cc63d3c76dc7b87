package dev.reeve.git.render;

import dev.reeve.core.model.Bytes;
import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// A private folder that a program is run in: without network where the system allows it, with an
/// empty home, without the environment of this process, and for a limited time. Closed, nothing of
/// it is left.
///
/// Confined to one thread.
final class Sandbox implements AutoCloseable {
  private static final int COMPLAINT_MAX = 64 << 10;

  /// Ways to have no network, the first that works is taken: as root, and as a user who may.
  private static final List<List<String>> ISOLATIONS =
      List.of(
          List.of("--net", "--pid", "--fork", "--kill-child"),
          List.of("--map-root-user", "--net", "--pid", "--fork", "--kill-child"));

  private static @Nullable List<String> isolation;

  private final Path root;
  private final Limits limits;

  private Sandbox(Path root, Limits limits) {
    this.root = root;
    this.limits = limits;
  }

  static Sandbox make(Limits limits) {
    try {
      var mine = PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));
      // Without links on the way, as programs write it in what they say.
      var root = Files.createTempDirectory("reeve-render-", mine).toRealPath();
      for (String folder : List.of("tree", "home", "tmp")) {
        Files.createDirectory(root.resolve(folder));
      }
      return new Sandbox(root, limits);
    } catch (IOException e) {
      throw new UncheckedIOException("there is no room to render in", e);
    }
  }

  /// What programs see as the repository, and are started in.
  Path tree() {
    return root.resolve("tree");
  }

  Ran run(Path program, List<String> arguments) {
    var isolating = isolation();
    var command = new ArrayList<>(isolating);
    command.add(program.toString());
    command.addAll(arguments);
    var builder = new ProcessBuilder(command).directory(tree().toFile());
    var environment = builder.environment();
    // With the network within reach, no program that could use it is.
    var path = isolating.isEmpty() ? "/nonexistent" : environment.getOrDefault("PATH", "");
    environment.clear();
    environment.put("PATH", path);
    environment.put("HOME", root.resolve("home").toString());
    environment.put("TMPDIR", root.resolve("tmp").toString());
    environment.put("LC_ALL", "C");
    builder.redirectInput(new File("/dev/null"));
    Process process;
    try {
      process = builder.start();
    } catch (IOException e) {
      return new Ran.Ended(program + " cannot be started: " + e.getMessage());
    }
    return watched(process);
  }

  private Ran watched(Process process) {
    var output = new Drain(process.getInputStream(), limits.output(), process);
    var complaint = new Drain(process.getErrorStream(), COMPLAINT_MAX, null);
    try {
      if (!process.waitFor(limits.time().toMillis(), TimeUnit.MILLISECONDS)) {
        return new Ran.Ended("it took longer than " + limits.time().toSeconds() + " s");
      }
      output.thread().join(limits.time());
      complaint.thread().join(limits.time());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return new Ran.Ended("it was interrupted");
    } finally {
      kill(process);
    }
    if (output.isOver()) {
      return new Ran.TooMuch();
    }
    return process.exitValue() == 0
        ? new Ran.Done(Bytes.of(output.bytes()))
        : new Ran.Failed(new String(complaint.bytes(), StandardCharsets.UTF_8));
  }

  private static void kill(Process process) {
    var all = Stream.concat(process.descendants(), Stream.of(process.toHandle())).toList();
    all.forEach(ProcessHandle::destroyForcibly);
  }

  /// Reads what a program says to its end, and keeps no more than is wanted.
  private static final class Drain {
    private final ByteArrayOutputStream kept = new ByteArrayOutputStream();
    private final InputStream from;
    private final long limit;
    private final @Nullable Process stopped;
    private final Thread thread;
    private volatile boolean over;

    /// @param stopped ended where it says more
    Drain(InputStream from, long limit, @Nullable Process stopped) {
      this.from = from;
      this.limit = limit;
      this.stopped = stopped;
      this.thread = Thread.ofVirtual().start(this::drain);
    }

    private void drain() {
      var buffer = new byte[8192];
      try {
        for (int read = from.read(buffer); read >= 0; read = from.read(buffer)) {
          if (kept.size() + read <= limit) {
            kept.write(buffer, 0, read);
          } else {
            over = true;
            if (stopped != null) {
              kill(stopped);
            }
          }
        }
      } catch (IOException ended) {
        // The program was, and what it said does not count.
      }
    }

    Thread thread() {
      return thread;
    }

    boolean isOver() {
      return over;
    }

    byte[] bytes() {
      return kept.toByteArray();
    }
  }

  /// What keeps a program from the network; empty where nothing does.
  private static synchronized List<String> isolation() {
    var known = isolation;
    if (known == null) {
      known =
          Stream.of("/usr/bin/unshare", "/bin/unshare")
              .filter(it -> Files.isExecutable(Path.of(it)))
              .limit(1)
              .flatMap(unshare -> ISOLATIONS.stream().map(it -> command(unshare, it)))
              .filter(Sandbox::works)
              .findFirst()
              .orElse(List.of());
      isolation = known;
    }
    return known;
  }

  private static List<String> command(String unshare, List<String> options) {
    var command = new ArrayList<String>();
    command.add(unshare);
    command.addAll(options);
    command.add("--");
    return List.copyOf(command);
  }

  private static boolean works(List<String> isolation) {
    var command = new ArrayList<>(isolation);
    command.addAll(List.of(isolation.getFirst(), "--version"));
    try {
      var process =
          new ProcessBuilder(command)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .redirectError(ProcessBuilder.Redirect.DISCARD)
              .start();
      try {
        return process.waitFor(10, TimeUnit.SECONDS) && process.exitValue() == 0;
      } finally {
        kill(process);
      }
    } catch (IOException e) {
      return false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  /// Where a path in the repository lies here; empty for one that would lie elsewhere.
  Optional<Path> place(String path) {
    try {
      var place = tree().resolve(path).normalize();
      boolean isPlain =
          Stream.of(path.split("/", -1))
              .noneMatch(it -> it.isEmpty() || it.equals(".") || it.equals(".."));
      return isPlain && place.startsWith(tree()) ? Optional.of(place) : Optional.empty();
    } catch (java.nio.file.InvalidPathException e) {
      return Optional.empty();
    }
  }

  /// What a program says, with the paths that a person knows.
  String inTheRepository(String said) {
    return said.replace(tree() + "/", "").replace(tree().toString(), ".");
  }

  @Override
  public void close() {
    try {
      Files.walkFileTree(root, new Deleting());
    } catch (IOException e) {
      throw new UncheckedIOException("what was rendered in cannot be removed: " + root, e);
    }
  }

  private static final class Deleting extends SimpleFileVisitor<Path> {
    @Override
    public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
      Files.delete(file);
      return FileVisitResult.CONTINUE;
    }

    @Override
    public FileVisitResult postVisitDirectory(Path folder, @Nullable IOException problem)
        throws IOException {
      Files.delete(folder);
      return FileVisitResult.CONTINUE;
    }
  }
}
