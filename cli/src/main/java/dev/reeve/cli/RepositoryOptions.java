package dev.reeve.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// Where the repository is: the clone that the command is called in, the one that is named, or a
/// temporary one of the address that the control plane names.
final class RepositoryOptions {
  private static final String DEPTH = "50";

  @Mixin private ServerAddress server = new ServerAddress();

  @Option(
      names = "--repo",
      paramLabel = "DIR|URL",
      description = {
        "A clone, or the repository's address (default: the clone that this is called in;",
        "outside of any, the address that the control plane names)."
      })
  private Optional<String> repository = Optional.empty();

  @Option(
      names = "--cluster",
      paramLabel = "NAME",
      description = "The cluster (default: the only one that the repository has a record of).")
  private Optional<String> cluster = Optional.empty();

  @Option(
      names = "--branch",
      paramLabel = "BRANCH",
      description =
          "The branch it follows (default: what the control plane says, or is checked out).")
  private Optional<String> branch = Optional.empty();

  @Option(
      names = "--path",
      paramLabel = "FOLDER",
      description = "Where the manifests are (default: what the control plane says, or the root).")
  private Optional<String> path = Optional.empty();

  /// What the control plane says of itself.
  ///
  /// @param accepted the commit that it runs; empty before the first
  private record Served(
      String cluster, String repository, String branch, String path, String accepted) {}

  /// How much of the history is wanted.
  enum Extent {
    /// The tips: to commit on top.
    TIPS,
    ALL
  }

  ServerAddress server() {
    return server;
  }

  /// The record's branch is fetched; the tracked branch too, but where that fails, what is there
  /// must do.
  Clone open(Extent extent) throws IOException, InterruptedException {
    var own = ownClone(extent);
    if (own.isPresent()) {
      if (extent == Extent.ALL && !own.get().branch().isEmpty()) {
        own.get().fetch(own.get().branch());
      }
      return own.get();
    }
    if (repository.isPresent()) {
      return temporary(repository.get(), branch, path, cluster, extent);
    }
    Served served = served();
    return temporary(
        served.repository(),
        branch.or(() -> Optional.of(served.branch())),
        path.or(() -> Optional.of(served.path())),
        cluster.or(() -> Optional.of(served.cluster())),
        extent);
  }

  // --- the user's clone

  private Optional<Clone> ownClone(Extent extent) throws InterruptedException {
    var folder = repository.map(RepositoryOptions::folder).orElseGet(RepositoryOptions::here);
    var top =
        folder
            .map(it -> new Git(it.toAbsolutePath()))
            .flatMap(git -> git.find("rev-parse", "--show-toplevel"));
    if (top.isEmpty()) {
      return Optional.empty();
    }
    var git = new Git(Path.of(top.get()));
    var checkedOut = git.find("symbolic-ref", "-q", "--short", "HEAD");
    var remote =
        checkedOut
            .flatMap(it -> git.find("config", "branch." + it + ".remote"))
            .or(() -> git.find("remote").map(it -> it.lines().findFirst().orElseThrow()));
    if (remote.isEmpty()) {
      return notAClone("it has no remote");
    }
    var clusters = clusters(git, remote.get(), extent);
    if (clusters.isEmpty() && repository.isEmpty()) {
      return Optional.empty();
    }
    if (clusters.isEmpty() && cluster.isEmpty()) {
      return notAClone(
          "no cluster has a record there (a branch reeve/CLUSTER); --cluster names it");
    }
    String name = chosen(clusters);
    git.run("fetch", "-q", remote.get(), refspec(remote.get(), Clone.recordBranch(name)));
    var asked =
        branch.isPresent() && path.isPresent()
            ? Optional.<Served>empty()
            : servedFor(git, remote.get(), name);
    String followed =
        branch.or(() -> asked.map(Served::branch)).or(() -> upstream(git, checkedOut)).orElse("");
    return Optional.of(
        new Clone(
            git,
            remote.get(),
            followed,
            path.or(() -> asked.map(Served::path)).orElse(""),
            name,
            Clone.Kind.OWN));
  }

  private Optional<Clone> notAClone(String why) {
    if (repository.isPresent()) {
      throw new CommandFailed(repository.get() + " is no clone to work in: " + why);
    }
    return Optional.empty();
  }

  private static Optional<Path> here() {
    return Optional.of(Path.of(System.getProperty("user.dir", "")));
  }

  private static Optional<Path> folder(String text) {
    return Optional.of(text)
        .filter(it -> !it.contains(":"))
        .map(Path::of)
        .filter(Files::isDirectory);
  }

  private static Optional<String> upstream(Git git, Optional<String> checkedOut) {
    return checkedOut
        .flatMap(it -> git.find("config", "branch." + it + ".merge"))
        .map(it -> it.replaceFirst("^refs/heads/", ""))
        .or(() -> checkedOut);
  }

  /// Those with a record, as the remote says; where it is away, as was fetched before.
  private static List<String> clusters(Git git, String remote, Extent extent) {
    var ran = git.run("ls-remote", "-q", "--heads", remote, "refs/heads/reeve/*");
    var names = new TreeSet<String>();
    if (ran.isOk()) {
      ran.text().lines().forEach(it -> names.add(it.replaceFirst("^.*refs/heads/reeve/", "")));
    } else {
      // Whoever wants to push is told when that fails.
      if (extent == Extent.ALL) {
        System.err.println(
            "reeve: " + remote + " does not answer, going by what was fetched: " + ran.why());
      }
      git.find("for-each-ref", "--format=%(refname)", "refs/remotes/" + remote + "/reeve/")
          .ifPresent(
              it -> it.lines().forEach(ref -> names.add(ref.replaceFirst("^.*/reeve/", ""))));
    }
    return new ArrayList<>(names);
  }

  private String chosen(List<String> clusters) {
    if (cluster.isPresent()) {
      return cluster.get();
    }
    if (clusters.size() > 1) {
      throw new CommandFailed(
          "several clusters have a record there, --cluster says which: "
              + String.join(", ", clusters));
    }
    return clusters.getFirst();
  }

  // --- a temporary one

  private static Clone temporary(
      String address,
      Optional<String> branch,
      Optional<String> path,
      Optional<String> cluster,
      Extent extent)
      throws IOException {
    var folder = Files.createTempDirectory("reeve-clone");
    var git = new Git(folder);
    var words = new ArrayList<>(List.of("clone", "-q"));
    switch (extent) {
      case TIPS -> words.addAll(List.of("--depth", DEPTH));
      case ALL -> words.add("--no-checkout");
    }
    branch.ifPresent(it -> words.addAll(List.of("--branch", it)));
    words.addAll(List.of("--", withScheme(address), "."));
    boolean isOpen = false;
    var clone =
        new Clone(git, "origin", branch.orElse(""), path.orElse(""), "", Clone.Kind.TEMPORARY);
    try {
      var ran = git.run(words.toArray(String[]::new));
      if (!ran.isOk()) {
        throw new CommandFailed(
            Addresses.withoutPassword(address) + " cannot be cloned: " + ran.why());
      }
      var names = clusters(git, "origin", extent);
      if (names.isEmpty() && cluster.isEmpty()) {
        throw new CommandFailed(
            "no cluster has a record in "
                + Addresses.withoutPassword(address)
                + " (a branch reeve/CLUSTER); --cluster names it");
      }
      var options = new RepositoryOptions();
      options.cluster = cluster;
      var name = options.chosen(names);
      var fetch = new ArrayList<>(List.of("fetch", "-q"));
      if (extent == Extent.TIPS) {
        fetch.addAll(List.of("--depth", "1"));
      }
      fetch.addAll(List.of("origin", refspec("origin", Clone.recordBranch(name))));
      git.run(fetch.toArray(String[]::new));
      var checkedOut = git.ask("symbolic-ref", "--short", "HEAD");
      clone =
          new Clone(
              git,
              "origin",
              branch.orElse(checkedOut),
              path.orElse(""),
              name,
              Clone.Kind.TEMPORARY);
      isOpen = true;
      return clone;
    } finally {
      if (!isOpen) {
        clone.close();
      }
    }
  }

  /// A plain path would be linked instead of fetched, whatever depth is wanted.
  private static String withScheme(String address) {
    return folder(address).map(it -> it.toAbsolutePath().toUri().toString()).orElse(address);
  }

  private static String refspec(String remote, String branch) {
    return "+refs/heads/" + branch + ":refs/remotes/" + remote + "/" + branch;
  }

  // --- the control plane

  private Served served() throws IOException, InterruptedException {
    try {
      return read(server.json("/dashboard.json"));
    } catch (CommandFailed e) {
      throw new CommandFailed(
          e.getMessage() + "; inside a clone, or with --repo, it is not needed", e);
    }
  }

  /// What the control plane of that cluster says, if it answers. Another one of the same name does
  /// not run what the record says.
  private Optional<Served> servedFor(Git git, String remote, String name)
      throws InterruptedException {
    var file = "refs/remotes/" + remote + "/" + Clone.recordBranch(name) + ":cluster.yaml";
    var recorded = git.find("cat-file", "blob", file).orElse("");
    try {
      return Optional.of(read(server.json("/dashboard.json")))
          .filter(it -> it.cluster().equals(name) && recorded.contains(it.accepted()));
    } catch (IOException | CommandFailed e) {
      return Optional.empty();
    }
  }

  private static Served read(JsonNode dashboard) {
    var said = dashboard.path("cluster");
    var accepted = "";
    for (JsonNode commit : dashboard.path("commits")) {
      if (commit.path("accepted").asBoolean()) {
        accepted = commit.path("sha").asText();
      }
    }
    return new Served(
        said.path("name").asText(),
        said.path("repository").asText(),
        said.path("branch").asText(),
        said.path("path").asText(),
        accepted);
  }
}
