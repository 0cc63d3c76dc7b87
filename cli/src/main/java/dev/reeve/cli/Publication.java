package dev.reeve.cli;

import static java.util.Objects.requireNonNull;

import dev.reeve.core.model.Bytes;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Makes one commit in a clone and pushes it. Either both are done, or the clone is as it was.
final class Publication {
  private static final int ATTEMPTS = 5;

  private final Clone clone;
  private final Git git;
  private final Mode mode;
  private final Optional<String> message;

  enum Mode {
    /// Says what would be done.
    SHOW,
    COMMIT,
    PUSH
  }

  /// @param message instead of the proposal's subject
  Publication(Clone clone, Mode mode, Optional<String> message) {
    this.clone = clone;
    this.git = clone.git();
    this.mode = mode;
    this.message = message;
  }

  void onTrackedBranch(CommitOptions.Change change) throws IOException {
    String local = checkedOut();
    String base = base(local);
    Proposal proposal = change.on(clone, base);
    if (proposal.isNothing()) {
      System.out.println(proposal.subject());
      return;
    }
    requireClean(proposal);
    if (mode == Mode.SHOW) {
      show(proposal, base);
      return;
    }
    if (!git.ask("rev-parse", "HEAD").equals(base)) {
      git.ask("merge", "-q", "--ff-only", base);
    }
    commit(proposal);
    if (mode == Mode.PUSH) {
      push(local, proposal);
    }
    say("HEAD", mode == Mode.PUSH ? clone.branch() : "");
  }

  // --- what it stands on

  private String checkedOut() {
    var local =
        git.find("symbolic-ref", "-q", "--short", "HEAD")
            .orElseThrow(() ->
                new CommandFailed(
                    "no branch is checked out: switch to the one that cluster %s follows"
                        .formatted(clone.cluster())));
    var upstream =
        git.find("config", "branch." + local + ".merge")
            .map(it -> it.replaceFirst("^refs/heads/", ""))
            .orElse(local);
    if (!upstream.equals(clone.branch())) {
      throw new CommandFailed(
          "cluster %s follows %s, and %s is checked out: git switch %s"
              .formatted(clone.cluster(), clone.branch(), local, clone.branch()));
    }
    return local;
  }

  /// The remote's tip, or the user's where they have more and push by themselves.
  private String base(String local) {
    var fetched = clone.fetch(clone.branch());
    if (!fetched.isOk() && mode == Mode.PUSH) {
      throw new CommandFailed(clone.address() + " cannot be fetched: " + fetched.why());
    }
    var head = git.ask("rev-parse", "HEAD");
    var tip = git.find("rev-parse", "-q", "--verify", clone.tipRef()).orElse(head);
    int ahead = Integer.parseInt(git.ask("rev-list", "--count", tip + ".." + head));
    if (ahead > 0 && mode == Mode.PUSH) {
      throw new CommandFailed(
          "%s has %d %s that %s does not have: push or drop them first"
              .formatted(local, ahead, ahead == 1 ? "commit" : "commits", clone.remote()));
    }
    if (git.find("cat-file", "blob", clone.recordRef() + ":cluster.yaml").isPresent()) {
      requireFollowed(local, tip);
    }
    return ahead > 0 ? head : tip;
  }

  /// A branch without the commit that the cluster runs is not the one that it follows.
  private void requireFollowed(String local, String tip) {
    var accepted = clone.record().cluster().map(it -> it.commit()).orElse("");
    boolean isElsewhere =
        !accepted.isEmpty()
            && git.has(accepted)
            && git.run("merge-base", "--is-ancestor", accepted, tip).code() == 1;
    if (isElsewhere && clone.kind() == Clone.Kind.OWN) {
      throw new CommandFailed(
          "%s does not have commit %s, which cluster %s runs: is it the branch that it follows?"
              .formatted(local, RecordLog.shortened(accepted), clone.cluster()));
    }
  }

  private void requireClean(Proposal proposal) {
    if (!git.run("diff", "--cached", "--quiet").isOk()) {
      throw new CommandFailed("changes are staged: commit or unstage them first");
    }
    for (String file : proposal.files().keySet()) {
      if (git.find("status", "--porcelain", "--", file).isPresent()) {
        throw new CommandFailed(
            file + " has changes that are not committed: commit or stash them first");
      }
    }
  }

  // --- the commit

  private String text(Proposal proposal) {
    var text = message.orElse(proposal.subject()).strip();
    return proposal.trailer().isEmpty() ? text + "\n" : text + "\n\n" + proposal.trailer() + "\n";
  }

  private void commit(Proposal proposal) throws IOException {
    var words = new ArrayList<>(List.of("commit", "-q", "--file=-"));
    if (proposal.isEmpty()) {
      words.add("--allow-empty");
    } else {
      words.add("--");
      words.addAll(proposal.files().keySet());
    }
    var fresh = new ArrayList<String>();
    for (Map.Entry<String, Bytes> file : proposal.files().entrySet()) {
      var target = git.folder().resolve(file.getKey());
      if (!Files.exists(target)) {
        fresh.add(file.getKey());
        Files.createDirectories(requireNonNull(target.getParent()));
      }
      Files.write(target, file.getValue().toArray());
    }
    // A file that git does not know cannot be named in a commit.
    fresh.forEach(file -> git.run("add", "--intent-to-add", "--", file));
    var ran = git.run(Map.of(), text(proposal).getBytes(StandardCharsets.UTF_8), words);
    if (!ran.isOk()) {
      for (String file : proposal.files().keySet()) {
        if (fresh.contains(file)) {
          git.run("rm", "-q", "--force", "--", file);
        } else {
          git.run("checkout", "-q", "HEAD", "--", file);
        }
      }
      throw new CommandFailed("git commit: " + ran.why());
    }
    for (Map.Entry<String, Bytes> file : proposal.files().entrySet()) {
      var name = "HEAD:" + file.getKey();
      var written = Optional.ofNullable(git.contents(List.of(name)).get(name)).map(Bytes::of);
      if (!written.equals(Optional.of(file.getValue()))) {
        undo();
        throw new CommandFailed(
            file.getKey() + " is not committed as it was written: a filter or hook changes it");
      }
    }
  }

  private void undo() {
    git.ask("reset", "-q", "--keep", "HEAD~1");
  }

  private void push(String local, Proposal proposal) {
    for (int attempt = 1; ; attempt++) {
      switch (git.push(clone.remote(), "HEAD", clone.branch())) {
        case Git.Pushed.Done _ -> {
          return;
        }
        case Git.Pushed.Lost _ -> {
          if (attempt == ATTEMPTS) {
            undo();
            throw new CommandFailed(
                clone.branch() + " moved " + ATTEMPTS + " times meanwhile: try again later");
          }
          rebase(local);
        }
        case Git.Pushed.Refused(var why) -> {
          undo();
          throw new CommandFailed(
              "the remote takes no push to %s: %s%s"
                  .formatted(
                      clone.branch(),
                      why,
                      proposal.isEmpty()
                          ? " (--commands-branch pushes to " + clone.commandsBranch() + " instead)"
                          : ""));
        }
      }
    }
  }

  private void rebase(String local) {
    var fetched = clone.fetch(clone.branch());
    if (fetched.isOk() && git.run("rebase", "-q", "--autostash", clone.tipRef()).isOk()) {
      return;
    }
    git.run("rebase", "--abort");
    undo();
    throw new CommandFailed(
        fetched.isOk()
            ? "somebody else has changed the same lines of "
                + local
                + " meanwhile: look, and try again"
            : clone.address() + " cannot be fetched: " + fetched.why());
  }

  // --- a commit on the branch of commands

  /// No file is touched, nor the work tree: the branch has a history of its own.
  void onCommandsBranch(CommitOptions.Change change) throws IOException {
    clone.fetch(clone.branch());
    var base = git.find("rev-parse", "-q", "--verify", clone.tipRef()).orElse("HEAD");
    Proposal proposal = change.on(clone, base);
    if (!proposal.isEmpty()) {
      throw new CommandFailed(
          "the failed text is not on %s any more, and only a commit there can restore it"
              .formatted(clone.branch()));
    }
    if (mode == Mode.SHOW) {
      show(proposal, base);
      return;
    }
    if (mode == Mode.COMMIT) {
      throw new Misused("--no-push and --commands-branch make no sense together");
    }
    var branch = clone.commandsBranch();
    for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
      var commit = commandCommit(branch, proposal);
      switch (git.push(clone.remote(), commit, branch)) {
        case Git.Pushed.Done _ -> {
          say(commit, branch);
          return;
        }
        case Git.Pushed.Lost _ -> {}
        case Git.Pushed.Refused(var why) ->
            throw new CommandFailed("the remote takes no push to " + branch + ": " + why);
      }
    }
    throw new CommandFailed(branch + " moved " + ATTEMPTS + " times meanwhile: try again later");
  }

  private String commandCommit(String branch, Proposal proposal) {
    var ref = "refs/remotes/" + clone.remote() + "/" + branch;
    var parent =
        clone.fetch(branch).isOk()
            ? git.find("rev-parse", "-q", "--verify", ref)
            : Optional.<String>empty();
    var tree =
        parent.map(it -> git.ask("rev-parse", it + "^{tree}")).orElseGet(() -> git.ask("mktree"));
    var words = new ArrayList<>(List.of("commit-tree"));
    if (git.find("config", "--bool", "commit.gpgsign").filter("true"::equals).isPresent()) {
      words.add("-S");
    }
    parent.ifPresent(it -> words.addAll(List.of("-p", it)));
    words.add(tree);
    var ran = git.run(Map.of(), text(proposal).getBytes(StandardCharsets.UTF_8), words);
    if (!ran.isOk()) {
      throw new CommandFailed("git commit-tree: " + ran.why());
    }
    return ran.text().strip();
  }

  // --- what is said

  private void say(String commit, String branch) {
    System.out.println(git.ask("log", "-1", "--format=%h %s", commit));
    System.out.println(
        branch.isEmpty() ? "not pushed" : "pushed to " + branch + " of " + clone.address());
  }

  private void show(Proposal proposal, String base) throws IOException {
    System.out.print(text(proposal));
    if (proposal.isEmpty()) {
      return;
    }
    Path index = Files.createTempFile("reeve-index", "");
    try {
      Files.delete(index);
      var variables = Map.of("GIT_INDEX_FILE", index.toString());
      git.run(variables, new byte[0], List.of("read-tree", base));
      for (Map.Entry<String, Bytes> file : proposal.files().entrySet()) {
        var blob =
            git.run(Map.of(), file.getValue().toArray(), List.of("hash-object", "-w", "--stdin"))
                .text()
                .strip();
        var mode = git.ask("ls-tree", "--full-tree", base, "--", file.getKey()).split(" ")[0];
        git.run(
            variables,
            new byte[0],
            List.of("update-index", "--cacheinfo", mode + "," + blob + "," + file.getKey()));
      }
      System.out.println();
      System.out.print(
          git.run(variables, new byte[0], List.of("diff", "--cached", "--no-color", base)).text());
    } finally {
      Files.deleteIfExists(index);
    }
  }
}
