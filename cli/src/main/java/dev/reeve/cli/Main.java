package dev.reeve.cli;

import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IDefaultValueProvider;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.OptionSpec;

/// `reeve`: each verb is a class of its own.
@Command(
    name = "reeve",
    description = {
      "Runs containers on Docker hosts exactly as a Git repository says.",
      "",
      "A commit is the only way to change anything. To begin: 'reeve up', then follow what it prints."
    },
    subcommands = {
      UpCommand.class,
      DownCommand.class,
      ServerCommand.class,
      AgentCommand.class,
      TokenCommand.class,
      ValidateCommand.class,
      StatusCommand.class,
      HistoryCommand.class,
      ExplainCommand.class,
      BlameCommand.class,
      LogsCommand.class,
      PromoteCommand.class,
      AbortCommand.class,
      RetryCommand.class,
      RollbackCommand.class,
      RestartCommand.class,
      ScaleCommand.class,
      PauseCommand.class,
      ResumeCommand.class,
      SimulateCommand.class,
      BenchCommand.class,
      RehearseCommand.class,
      PlanCommand.class,
      NodeCommand.class,
      VersionCommand.class,
      CommandLine.HelpCommand.class
    },
    mixinStandardHelpOptions = true,
    versionProvider = VersionCommand.Provider.class,
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:done",
      "1:failed; one line on stderr says why",
      "64:the command was not understood"
    })
public final class Main {
  private static final int FAILED = 1;
  private static final int USAGE = 64;

  private final Map<String, String> variables;

  private Main(Map<String, String> variables) {
    this.variables = variables;
  }

  /// Of the environment.
  Map<String, String> variables() {
    return variables;
  }

  public static void main(String[] arguments) {
    System.exit(run(arguments));
  }

  static int run(String... arguments) {
    return run(System.getenv(), arguments);
  }

  static int run(Map<String, String> variables, String... arguments) {
    var line = new CommandLine(new Main(variables));
    line.setDefaultValueProvider(new Environment(variables));
    line.setUsageHelpAutoWidth(true);
    line.setParameterExceptionHandler((problem, words) -> {
      var err = problem.getCommandLine().getErr();
      err.println("reeve: " + problem.getMessage());
      CommandLine.UnmatchedArgumentException.printSuggestions(problem, err);
      err.println(
          "Try '" + problem.getCommandLine().getCommandSpec().qualifiedName() + " --help'.");
      return USAGE;
    });
    line.setExecutionExceptionHandler((problem, command, words) -> {
      var err = command.getErr();
      err.println("reeve: " + Complaint.of(problem));
      if (problem instanceof Misused) {
        err.println("Try '" + command.getCommandSpec().qualifiedName() + " --help'.");
        return USAGE;
      }
      return FAILED;
    });
    // Without a verb there is nothing to do but to say what can be done.
    if (arguments.length == 0) {
      line.usage(line.getOut());
      return USAGE;
    }
    return line.execute(arguments);
  }

  /// `--data-dir` may also be given as `REEVE_DATA_DIR`, and so on.
  private record Environment(Map<String, String> variables) implements IDefaultValueProvider {
    @Override
    public @Nullable String defaultValue(ArgSpec argument) {
      return argument instanceof OptionSpec option && option.longestName().startsWith("--")
          ? Optional.ofNullable(variables.get(variable(option)))
              .filter(it -> !it.isEmpty())
              .orElse(null)
          : null;
    }

    /// An agent's `--server` is another address than that of the verbs that read.
    private static String variable(OptionSpec option) {
      var name = option.longestName().substring(2).toUpperCase(Locale.ROOT).replace('-', '_');
      boolean isOfAgent = option.command().name().equals("agent") && name.equals("SERVER");
      return isOfAgent ? "REEVE_AGENT_SERVER" : "REEVE_" + name;
    }
  }
}
