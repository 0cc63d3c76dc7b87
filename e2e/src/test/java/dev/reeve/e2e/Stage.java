package dev.reeve.e2e;

import dev.reeve.lab.LabNode;
import dev.reeve.lab.Shell;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/// One node, a Git server, a control plane and an agent, each a process of its own, and a person's
/// clone.
final class Stage implements AutoCloseable {
  static final Duration PATIENCE = Duration.ofMinutes(2);

  final LabNode node;
  final GitHost git;
  final Repository clone;
  final Web web;
  private final Processes processes;
  private Program server;
  private final Program agent;

  private Stage(
      LabNode node,
      GitHost git,
      Repository clone,
      Web web,
      Processes processes,
      Program server,
      Program agent) {
    this.node = node;
    this.git = git;
    this.clone = clone;
    this.web = web;
    this.processes = processes;
    this.server = server;
    this.agent = agent;
  }

  /// With the images `web:1` and `web:2`, and an empty commit to begin with.
  static Stage set(int index, int webPort, Path folder) throws Exception {
    var node = LabNode.start(index, folder.resolve("node"));
    node.importImage("web:1");
    node.importImage("web:2");
    var git = GitHost.start(folder.resolve("git"));
    var clone = Repository.clone(List.of(), git.path(), folder.resolve("clone"));
    clone.push("Nothing yet");
    var processes = new Processes(folder, git.url(), webPort, webPort + 1);
    var web = new Web(webPort);
    var server = processes.server("--poll", "1");
    Program.await("the web answers", PATIENCE, web::isUp);
    var agent = processes.agent(0, node);
    return new Stage(node, git, clone, web, processes, server, agent);
  }

  /// Kills the control plane where it stands, and takes away all it had on its disk.
  void loseServer() throws Exception {
    server.kill();
    Shell.run("rm", "-rf", processes.serverData().toString());
  }

  void startServer() throws Exception {
    server = processes.server("--poll", "1");
    Program.await("the web answers", PATIENCE, web::isUp);
  }

  String serverLog() throws Exception {
    return server.tail();
  }

  String agentLog() throws Exception {
    return agent.tail();
  }

  /// Waits for the verdict on a commit.
  Duration verdict(String commit, String outcome) throws Exception {
    try {
      return Program.await(
          outcome + " of " + commit, PATIENCE, () -> clone.note(commit).startsWith(outcome));
    } catch (AssertionError e) {
      throw new AssertionError(e.getMessage() + "\n" + clone.note(commit) + serverLog(), e);
    }
  }

  /// The tip of the tracked branch at the server.
  String tip() {
    clone.git("fetch", "-q", "origin");
    return clone.git("rev-parse", "origin/main");
  }

  /// Takes over what was pushed meanwhile.
  void pull() {
    clone.git("fetch", "-q", "origin");
    clone.git("merge", "-q", "--ff-only", "origin/main");
  }

  /// The record's commits from one to its tip, oldest first, each in a format of git's.
  List<String> record(String since, String format) {
    clone.git("fetch", "-q", "origin", "+refs/heads/reeve/*:refs/remotes/origin/reeve/*");
    var range = since.isEmpty() ? "origin/reeve/local" : since + "..origin/reeve/local";
    return clone.git("log", "--reverse", "--format=" + format, range).lines().toList();
  }

  String recordTip() {
    return record("", "%H").getLast();
  }

  /// A file of the record at its tip; empty where there is none.
  String recorded(String path) {
    clone.git("fetch", "-q", "origin", "+refs/heads/reeve/*:refs/remotes/origin/reeve/*");
    var shown =
        Shell.end(
            List.of("git", "-C", clone.folder().toString(), "show", "origin/reeve/local:" + path));
    return shown.code() == 0 ? shown.output() : "";
  }

  @Override
  public void close() throws IOException {
    agent.close();
    server.close();
    git.close();
    node.close();
  }
}
