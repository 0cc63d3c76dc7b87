package dev.reeve.cli;

import dev.reeve.server.authority.ClusterAuthority;
import dev.reeve.server.authority.JoinTokens;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
    name = "token",
    description = "Make tickets by which nodes join.",
    subcommands = TokenCommand.Create.class,
    synopsisSubcommandLabel = "create")
final class TokenCommand implements Callable<Integer> {
  @Override
  public Integer call() {
    throw new Misused("say what: 'reeve token create --node NAME'");
  }

  @Command(
      name = "create",
      description = {
        "Print a token with which one agent may join, once, within 15 minutes, and how to use it.",
        "Run it where the cluster's authority is (--ca-dir of 'reeve server')."
      })
  static final class Create implements Callable<Integer> {
    @Option(
        names = "--node",
        paramLabel = "NAME",
        required = true,
        description = "Name of the node that joins.")
    private String node = "";

    @Option(
        names = "--cluster",
        paramLabel = "NAME",
        defaultValue = "local",
        description = "Name of the cluster (default: ${DEFAULT-VALUE}).")
    private String cluster = "local";

    @Option(
        names = "--ca-dir",
        paramLabel = "DIR",
        required = true,
        description = "Folder of the cluster's authority.")
    private Path authorityFolder = Path.of("");

    @Override
    public Integer call() throws IOException {
      if (!Files.exists(authorityFolder.resolve("ca.pem"))) {
        throw new CommandFailed(
            authorityFolder + " holds no ca.pem; it is made by the first start of 'reeve server'");
      }
      var authority = ClusterAuthority.open(authorityFolder, cluster);
      try {
        System.out.println(JoinTokens.create(authority, node));
      } catch (IllegalArgumentException e) {
        throw new CommandFailed(String.valueOf(e.getMessage()));
      }
      System.err.println(
          "On the node: save the line above to a file, then\n"
              + "  reeve agent --server wss://HOST:7071 --token-file FILE --ca-hash "
              + authority.hash()
              + " --node "
              + node);
      return 0;
    }
  }
}
