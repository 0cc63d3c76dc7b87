package dev.reeve.cli;

import dev.reeve.core.model.ObjectKey;
import dev.reeve.core.record.RecordFile;
import dev.reeve.core.record.RecordTree;
import dev.reeve.manifest.RecordFiles;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// A clone of the repository: the user's own, or one that was made for one command and goes with
/// it.
///
/// @param git in its top folder
/// @param remote what it calls the repository
/// @param branch that the cluster follows
/// @param path the part of the repository that is read
/// @param kind whose it is
record Clone(Git git, String remote, String branch, String path, String cluster, Kind kind)
    implements AutoCloseable {
  enum Kind {
    OWN,
    TEMPORARY
  }

  static String recordBranch(String cluster) {
    return "reeve/" + cluster;
  }

  String commandsBranch() {
    return "reeve-commands/" + cluster;
  }

  /// The tracked branch as the remote has it.
  String tipRef() {
    return "refs/remotes/" + remote + "/" + branch;
  }

  String recordRef() {
    return "refs/remotes/" + remote + "/" + recordBranch(cluster);
  }

  /// Where a push goes, without any password.
  String address() {
    return Addresses.withoutPassword(git.ask("remote", "get-url", "--push", remote));
  }

  Git.Ran fetch(String branch) {
    return git.run(
        "fetch", "-q", remote, "+refs/heads/" + branch + ":refs/remotes/" + remote + "/" + branch);
  }

  /// The record at its tip; empty where nothing is recorded. Nodes are left out.
  RecordTree record() {
    return record(path -> !path.startsWith("nodes/"));
  }

  RecordTree recordWithNodes() {
    return record(path -> true);
  }

  private RecordTree record(Predicate<String> wanted) {
    var ran = git.run("ls-tree", "-r", "-z", "--name-only", "--full-tree", recordRef());
    var names = new TreeSet<String>();
    for (String path : ran.isOk() ? ran.text().split("\0") : new String[0]) {
      if (!path.isEmpty() && wanted.test(path)) {
        names.add(recordRef() + ":" + path);
      }
    }
    var files = new TreeMap<String, byte[]>();
    git.contents(names)
        .forEach((name, bytes) -> files.put(name.substring(recordRef().length() + 1), bytes));
    return RecordFiles.read(files).tree();
  }

  RecordFile.WorkloadFile recorded(WorkloadName name) {
    var workloads = record().workloads();
    ObjectKey key = name.among(workloads.keySet(), "the record of cluster " + cluster);
    return Optional.ofNullable(workloads.get(key)).orElseThrow();
  }

  RecordLog log() {
    return new RecordLog(git, recordRef());
  }

  /// The full name of a commit, which is fetched where it is not there yet.
  String commit(String revision) {
    for (List<String> more :
        List.of(
            List.<String>of(),
            List.of("fetch", "-q", remote, revision),
            List.of("fetch", "-q", "--unshallow", remote))) {
      if (!more.isEmpty()) {
        git.run(more.toArray(String[]::new));
      }
      // In a clone that was just made, what is called HEAD is the tip of the branch.
      var found =
          git.find("rev-parse", "-q", "--verify", "--end-of-options", revision + "^{commit}");
      if (found.isPresent()) {
        return found.get();
      }
    }
    throw new CommandFailed("there is no commit " + revision + " in the repository");
  }

  @Override
  public void close() throws IOException {
    if (kind == Kind.OWN) {
      return;
    }
    Files.walkFileTree(
        git.folder(),
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
              throws IOException {
            Files.delete(file);
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult postVisitDirectory(Path folder, @Nullable IOException problem)
              throws IOException {
            Files.delete(folder);
            return FileVisitResult.CONTINUE;
          }
        });
  }
}
